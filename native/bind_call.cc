// The checks on what JavaScript hands over, and what goes back to it.
#include "bind_call.h"

#include <memory>
#include <string_view>

#include "kernels.h"

namespace cryptable {

namespace {

// Of our key objects; no other object has it, whatever it pretends to be.
constexpr napi_type_tag kKeyTag{0x5b2f0d6e91c84a37, 0xa4e17c3b68d0f592};

bool ThrowTypeError(napi_env env, const char* sentence) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", sentence);
  return false;
}

}  // namespace

// ---- Errors ----

napi_value ThrowRangeError(napi_env env, const Mistake& mistake) {
  napi_throw_range_error(env, mistake.code, mistake.sentence);
  return nullptr;
}

napi_value Throw(napi_env env, Fault fault) {
  if (fault == Fault::kTableChanged) return ThrowRangeError(env, kPageOutside);
  if (fault == Fault::kPagesOverlap) return ThrowRangeError(env, kPagesOverlap);
  if (fault == Fault::kNoRandom) {
    napi_throw_error(env, "ERR_RANDOM", "The operating system gave no random bytes.");
  } else if (fault == Fault::kStopped) {
    napi_throw_error(env, "ERR_STOPPED", "The batch was stopped before all its pages were done.");
  } else {
    napi_throw_error(env, "ERR_SECRET_MEMORY", "The operating system gave no memory for keys.");
  }
  return nullptr;
}

napi_value ThrowUnlessPending(napi_env env) {
  bool is_pending = false;
  napi_is_exception_pending(env, &is_pending);
  if (!is_pending)
    napi_throw_error(env, "ERR_ENGINE", "The JavaScript engine gave no memory for the result.");
  return nullptr;
}

// ---- Arguments ----

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kCountMax;
  // Those that the caller left out become undefined.
  napi_get_cb_info(env, info, &count, values_, nullptr, &data_);
}

bool Arguments::TypedArray(size_t index, napi_typedarray_type type, void** start, size_t* length) const {
  napi_typedarray_type actual;
  return napi_get_typedarray_info(env_, values_[index], &actual, length, start, nullptr, nullptr) ==
             napi_ok &&
         actual == type;
}

bool Arguments::Buffer(size_t index, WritableBytes* bytes) const {
  void* start;
  size_t length;
  if (!TypedArray(index, napi_uint8_array, &start, &length)) {
    return ThrowTypeError(env_, "A Uint8Array was expected.");
  }
  *bytes = {static_cast<uint8_t*>(start), length};
  return true;
}

bool Arguments::Buffer(size_t index, Bytes* bytes) const {
  WritableBytes writable;
  if (!Buffer(index, &writable)) return false;
  *bytes = writable;
  return true;
}

bool Arguments::Buffer(size_t index, size_t length, Bytes* bytes) const {
  if (!Buffer(index, bytes)) return false;
  if (bytes->size() == length) return true;
  ThrowRangeError(env_, {"ERR_OUT_OF_RANGE", "A Uint8Array has the wrong length."});
  return false;
}

bool Arguments::Table(size_t index, std::span<const uint32_t>* table) const {
  void* start;
  size_t length;
  if (!TypedArray(index, napi_uint32_array, &start, &length)) {
    return ThrowTypeError(env_, "A Uint32Array was expected.");
  }
  *table = {static_cast<const uint32_t*>(start), length};
  return true;
}

bool Arguments::Numbers(size_t index, std::span<double>* numbers) const {
  void* start;
  size_t length;
  if (!TypedArray(index, napi_float64_array, &start, &length)) {
    return ThrowTypeError(env_, "A Float64Array was expected.");
  }
  *numbers = {static_cast<double*>(start), length};
  return true;
}

bool Arguments::Count(size_t index, uint32_t* count) const {
  if (napi_get_value_uint32(env_, values_[index], count) == napi_ok) return true;
  return ThrowTypeError(env_, "A number was expected.");
}

bool Arguments::AnyKey(size_t index, Key** key) const {
  bool is_key = false;
  void* wrapped = nullptr;
  if (napi_check_object_type_tag(env_, values_[index], &kKeyTag, &is_key) != napi_ok || !is_key ||
      napi_unwrap(env_, values_[index], &wrapped) != napi_ok) {
    return ThrowTypeError(env_, "A key was expected.");
  }
  *key = static_cast<Key*>(wrapped);
  return true;
}

bool Arguments::LiveKey(size_t index, const XaesKey** key) const {
  Key* any;
  if (!AnyKey(index, &any)) return false;
  if (!any->secret) {
    napi_throw_error(env_, "ERR_KEY_DESTROYED", "The key was destroyed.");
    return false;
  }
  *key = &*any->secret;
  return true;
}

bool Arguments::KernelNamed(size_t index, const Kernel** kernel) const {
  char name[16];  // a longer name is cut, and still none of ours
  size_t length;
  if (napi_get_value_string_utf8(env_, values_[index], name, sizeof(name), &length) != napi_ok) {
    return ThrowTypeError(env_, "The name of a kernel was expected.");
  }
  for (const Kernel* usable : UsableKernels()) {
    if (std::string_view(name, length) != usable->name) continue;
    *kernel = usable;
    return true;
  }
  ThrowRangeError(env_, {"ERR_OUT_OF_RANGE", "No usable kernel has this name."});
  return false;
}

// ---- Results ----

napi_value Undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value Boolean(napi_env env, bool is_true) {
  napi_value value = nullptr;
  napi_get_boolean(env, is_true, &value);
  return value;
}

napi_value NewBytes(napi_env env, size_t length, WritableBytes* bytes) {
  void* start = nullptr;
  napi_value memory, array;
  if (napi_create_arraybuffer(env, length, &start, &memory) != napi_ok ||
      napi_create_typedarray(env, napi_uint8_array, length, memory, 0, &array) != napi_ok) {
    return ThrowUnlessPending(env);
  }
  *bytes = {static_cast<uint8_t*>(start), length};
  return array;
}

napi_value NewKey(napi_env env, Keyring& ring, Secret<XaesKey> secret) {
  std::unique_ptr<Key> key(new Key(std::move(secret)));
  if (key == nullptr) return Throw(env, Fault::kNoMemory);
  const napi_finalize finalize = [](napi_env, void* wrapped, void*) { delete static_cast<Key*>(wrapped); };
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, key.get(), finalize, nullptr, nullptr) != napi_ok) {
    return ThrowUnlessPending(env);
  }
  ring.Add(key.release());
  if (napi_type_tag_object(env, object, &kKeyTag) != napi_ok || napi_object_freeze(env, object) != napi_ok) {
    return ThrowUnlessPending(env);
  }
  return object;
}

}  // namespace cryptable
