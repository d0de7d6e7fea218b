// The addon as JavaScript sees it, and the only file that knows of JavaScript: checks arguments, wraps
// results.
//
// Written against the plain C interface of Node-API: a call costs nanoseconds, and so must the checks around
// it. A function here returns nullptr once it has thrown.
#include <node_api.h>

#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "batch.h"
#include "cipher.h"
#include "envelope.h"
#include "kdf.h"
#include "kernels.h"
#include "random.h"
#include "secret.h"
#include "self_test.h"

namespace cryptable {

namespace {

// Counts changes of what the exported functions take and return.
constexpr uint32_t kAbi = 1;

// Of our key objects; no other object has it, whatever it pretends to be.
constexpr napi_type_tag kKeyTag{0x5b2f0d6e91c84a37, 0xa4e17c3b68d0f592};

class Keyring;

// What a key object of JavaScript holds. Its keyring knows it, so that no key outlives its environment.
struct Key {
  Secret<XaesKey> secret;
  Keyring* ring = nullptr;
  Key* previous = nullptr;
  Key* next = nullptr;

  ~Key();
};

// The keys of one environment: the main thread has one, and each worker.
class Keyring {
 public:
  ~Keyring() {
    for (Key* key = first_; key != nullptr; key = key->next) {
      key->secret.Release();
      key->ring = nullptr;
    }
  }

  void Add(Key* key) {
    key->ring = this;
    key->next = first_;
    if (first_ != nullptr) first_->previous = key;
    first_ = key;
  }

  void Remove(Key* key) {
    if (key->next != nullptr) key->next->previous = key->previous;
    if (key->previous != nullptr) key->previous->next = key->next;
    if (first_ == key) first_ = key->next;
  }

 private:
  Key* first_ = nullptr;
};

Key::~Key() {
  if (ring != nullptr) ring->Remove(this);
}

// ---- Throwing ----

constexpr char kPageOutside[] = "A page lies outside its buffers, or its output over its input.";

napi_value ThrowTypeError(napi_env env, const char* sentence) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", sentence);
  return nullptr;
}

napi_value ThrowRangeError(napi_env env, const char* sentence) {
  napi_throw_range_error(env, "ERR_OUT_OF_RANGE", sentence);
  return nullptr;
}

napi_value Throw(napi_env env, Fault fault) {
  if (fault == Fault::kTableChanged) return ThrowRangeError(env, kPageOutside);
  if (fault == Fault::kNoRandom) {
    napi_throw_error(env, "ERR_RANDOM", "The operating system gave no random bytes.");
  } else {
    napi_throw_error(env, "ERR_SECRET_MEMORY", "The operating system gave no memory for keys.");
  }
  return nullptr;
}

// After a failed call into JavaScript's engine, which may have thrown already.
napi_value ThrowUnlessPending(napi_env env) {
  bool is_pending = false;
  napi_is_exception_pending(env, &is_pending);
  if (!is_pending)
    napi_throw_error(env, "ERR_ENGINE", "The JavaScript engine gave no memory for the result.");
  return nullptr;
}

// ---- Arguments ----
// Each method throws and returns false where the argument is not what it should be.

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = kCountMax;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data_);
  }

  Keyring& ring() const { return *static_cast<Keyring*>(data_); }

  bool Buffer(size_t index, WritableBytes* bytes) const {
    napi_typedarray_type type;
    size_t length;
    void* start;
    if (napi_get_typedarray_info(env_, values_[index], &type, &length, &start, nullptr, nullptr) != napi_ok ||
        type != napi_uint8_array) {
      ThrowTypeError(env_, "A Uint8Array was expected.");
      return false;
    }
    *bytes = {static_cast<uint8_t*>(start), length};
    return true;
  }

  bool Buffer(size_t index, Bytes* bytes) const {
    WritableBytes writable;
    if (!Buffer(index, &writable)) return false;
    *bytes = writable;
    return true;
  }

  // Exactly `length` bytes.
  bool Buffer(size_t index, size_t length, Bytes* bytes) const {
    if (!Buffer(index, bytes)) return false;
    if (bytes->size() == length) return true;
    ThrowRangeError(env_, "A Uint8Array has the wrong length.");
    return false;
  }

  bool Table(size_t index, std::span<const uint32_t>* table) const {
    napi_typedarray_type type;
    size_t length;
    void* start;
    if (napi_get_typedarray_info(env_, values_[index], &type, &length, &start, nullptr, nullptr) != napi_ok ||
        type != napi_uint32_array) {
      ThrowTypeError(env_, "A Uint32Array was expected.");
      return false;
    }
    *table = {static_cast<const uint32_t*>(start), length};
    return true;
  }

  // A key, destroyed or not.
  bool AnyKey(size_t index, Key** key) const {
    bool is_key = false;
    void* wrapped = nullptr;
    if (napi_check_object_type_tag(env_, values_[index], &kKeyTag, &is_key) != napi_ok || !is_key ||
        napi_unwrap(env_, values_[index], &wrapped) != napi_ok) {
      ThrowTypeError(env_, "A key was expected.");
      return false;
    }
    *key = static_cast<Key*>(wrapped);
    return true;
  }

  bool LiveKey(size_t index, const XaesKey** key) const {
    Key* any;
    if (!AnyKey(index, &any)) return false;
    if (!any->secret) {
      napi_throw_error(env_, "ERR_KEY_DESTROYED", "The key was destroyed.");
      return false;
    }
    *key = &*any->secret;
    return true;
  }

  bool KernelNamed(size_t index, const Kernel** kernel) const {
    char name[16];
    size_t length;
    if (napi_get_value_string_utf8(env_, values_[index], name, sizeof(name), &length) != napi_ok) {
      ThrowTypeError(env_, "The name of a kernel was expected.");
      return false;
    }
    for (const Kernel* usable : UsableKernels()) {
      if (std::string_view(usable->name) != std::string_view(name, length)) continue;
      *kernel = usable;
      return true;
    }
    ThrowRangeError(env_, "No usable kernel has this name.");
    return false;
  }

 private:
  static constexpr size_t kCountMax = 6;

  napi_env env_;
  void* data_ = nullptr;
  napi_value values_[kCountMax];
};

// ---- Results ----

// A new Uint8Array with memory of its own, and where that is; nullptr if there was none.
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

// The key object for a key that is set up.
napi_value NewKey(napi_env env, Keyring& ring, Secret<XaesKey> secret) {
  std::unique_ptr<Key> key(new (std::nothrow) Key{std::move(secret)});
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

// ---- Keys ----

napi_value GenerateKey(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  Secret<XaesKey> secret;
  if (!secret) return Throw(env, Fault::kNoMemory);
  const std::span<uint8_t, kKeyBytes> bytes = std::span(secret->round_keys.bytes).first<kKeyBytes>();
  if (!FillRandom(bytes)) return Throw(env, Fault::kNoRandom);
  SetUpXaesKey(bytes, &*secret);
  return NewKey(env, arguments.ring(), std::move(secret));
}

napi_value ImportKey(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  WritableBytes bytes;
  if (!arguments.Buffer(0, &bytes)) return nullptr;
  if (bytes.size() != kKeyBytes) return ThrowRangeError(env, "A key has 32 bytes.");
  Secret<XaesKey> secret;
  if (secret) SetUpXaesKey(bytes.first<kKeyBytes>(), &*secret);
  Wipe(bytes.data(), bytes.size());
  if (!secret) return Throw(env, Fault::kNoMemory);
  return NewKey(env, arguments.ring(), std::move(secret));
}

napi_value DeriveKey(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const XaesKey* parent;
  Bytes label;
  if (!arguments.LiveKey(0, &parent) || !arguments.Buffer(1, &label)) return nullptr;
  Secret<XaesKey> secret;
  if (!secret) return Throw(env, Fault::kNoMemory);
  const std::span<uint8_t, kKeyBytes> bytes = std::span(secret->round_keys.bytes).first<kKeyBytes>();
  HkdfExpand(parent->bytes(), label, bytes);
  SetUpXaesKey(bytes, &*secret);
  return NewKey(env, arguments.ring(), std::move(secret));
}

napi_value DestroyKey(napi_env env, napi_callback_info info) {
  Key* key;
  if (!Arguments(env, info).AnyKey(0, &key)) return nullptr;
  key->secret.Release();
  return Undefined(env);
}

napi_value IsDestroyed(napi_env env, napi_callback_info info) {
  Key* key;
  if (!Arguments(env, info).AnyKey(0, &key)) return nullptr;
  return Boolean(env, !key->secret);
}

// ---- Envelopes ----

napi_value SealedEnvelope(napi_env env, const XaesKey& key, Bytes plain, Bytes context) {
  WritableBytes sealed;
  const napi_value result = NewBytes(env, plain.size() + kEnvelopeBytes, &sealed);
  if (result == nullptr) return nullptr;
  const Fault fault = SealEnvelope(key, plain, context, sealed);
  return fault == Fault::kNone ? result : Throw(env, fault);
}

napi_value SealKey(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const XaesKey *wrapping, *key;
  Bytes context;
  if (!arguments.LiveKey(0, &wrapping) || !arguments.LiveKey(1, &key) || !arguments.Buffer(2, &context)) {
    return nullptr;
  }
  return SealedEnvelope(env, *wrapping, key->bytes(), context);
}

napi_value OpenKey(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const XaesKey* wrapping;
  Bytes sealed, context;
  if (!arguments.LiveKey(0, &wrapping) || !arguments.Buffer(1, &sealed) || !arguments.Buffer(2, &context)) {
    return nullptr;
  }
  if (sealed.size() != kKeyBytes + kEnvelopeBytes) return Undefined(env);
  Secret<XaesKey> secret;
  if (!secret) return Throw(env, Fault::kNoMemory);
  const std::span<uint8_t, kKeyBytes> bytes = std::span(secret->round_keys.bytes).first<kKeyBytes>();
  const Fault fault = OpenEnvelope(*wrapping, sealed, context, bytes);
  if (fault == Fault::kNotGenuine) return Undefined(env);
  if (fault != Fault::kNone) return Throw(env, fault);
  SetUpXaesKey(bytes, &*secret);
  return NewKey(env, arguments.ring(), std::move(secret));
}

napi_value SealBytes(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const XaesKey* key;
  Bytes plain, context;
  if (!arguments.LiveKey(0, &key) || !arguments.Buffer(1, &plain) || !arguments.Buffer(2, &context)) {
    return nullptr;
  }
  return SealedEnvelope(env, *key, plain, context);
}

napi_value OpenBytes(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const XaesKey* key;
  Bytes sealed, context;
  if (!arguments.LiveKey(0, &key) || !arguments.Buffer(1, &sealed) || !arguments.Buffer(2, &context)) {
    return nullptr;
  }
  if (sealed.size() < kEnvelopeBytes) return Undefined(env);
  WritableBytes plain;
  const napi_value result = NewBytes(env, sealed.size() - kEnvelopeBytes, &plain);
  if (result == nullptr) return nullptr;
  const Fault fault = OpenEnvelope(*key, sealed, context, plain);
  if (fault == Fault::kNotGenuine) return Undefined(env);
  return fault == Fault::kNone ? result : Throw(env, fault);
}

// ---- Pages ----

struct PagesCall {
  const Kernel* kernel;
  const XaesKey* key;
  PageBatch batch;
};

bool ReadPagesCall(napi_env env, const Arguments& arguments, PagesCall* call) {
  PageBatch& batch = call->batch;
  if (!arguments.KernelNamed(0, &call->kernel) || !arguments.LiveKey(1, &call->key) ||
      !arguments.Buffer(2, &batch.input) || !arguments.Buffer(3, &batch.output) ||
      !arguments.Buffer(4, &batch.aad) || !arguments.Table(5, &batch.table)) {
    return false;
  }
  if (batch.table.size() % PageBatch::kStride == 0) return true;
  ThrowRangeError(env, "The table of pages has five numbers for each page.");
  return false;
}

napi_value SealPages(napi_env env, napi_callback_info info) {
  PagesCall call;
  if (!ReadPagesCall(env, Arguments(env, info), &call)) return nullptr;
  if (!IsSealable(call.batch)) return ThrowRangeError(env, kPageOutside);
  const Fault fault = SealPages(*call.kernel, *call.key, call.batch);
  return fault == Fault::kNone ? Undefined(env) : Throw(env, fault);
}

napi_value OpenPages(napi_env env, napi_callback_info info) {
  PagesCall call;
  if (!ReadPagesCall(env, Arguments(env, info), &call)) return nullptr;
  if (!IsOpenable(call.batch)) return ThrowRangeError(env, kPageOutside);
  int64_t first_failed;
  const Fault fault = OpenPages(*call.kernel, *call.key, call.batch, &first_failed);
  if (fault != Fault::kNone) return Throw(env, fault);
  napi_value result = nullptr;
  napi_create_int64(env, first_failed, &result);
  return result;
}

// ---- Single messages, with a nonce of the caller's: for published vectors ----

template <typename Cipher, typename Nonce>
napi_value SealMessage(napi_env env, Cipher& cipher, Nonce nonce, Bytes aad, Bytes plain) {
  WritableBytes sealed;
  const napi_value result = NewBytes(env, plain.size() + kTagBytes, &sealed);
  if (result != nullptr) cipher.Seal(nonce, aad, plain, sealed);
  return result;
}

template <typename Cipher, typename Nonce>
napi_value OpenMessage(napi_env env, Cipher& cipher, Nonce nonce, Bytes aad, Bytes sealed) {
  if (sealed.size() < kTagBytes) return Undefined(env);
  WritableBytes plain;
  const napi_value result = NewBytes(env, sealed.size() - kTagBytes, &plain);
  if (result == nullptr) return nullptr;
  return cipher.Open(nonce, aad, sealed, plain) ? result : Undefined(env);
}

// Kernel, key, nonce, associated data, message.
template <bool kXaes, bool kSealing>
napi_value RunMessage(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const Kernel* kernel;
  const XaesKey* key;
  Bytes nonce, aad, message;
  if (!arguments.KernelNamed(0, &kernel) || !arguments.LiveKey(1, &key) ||
      !arguments.Buffer(2, kXaes ? kXaesNonceBytes : kGcmNonceBytes, &nonce) || !arguments.Buffer(3, &aad) ||
      !arguments.Buffer(4, &message)) {
    return nullptr;
  }
  if constexpr (kXaes) {
    Xaes xaes(*kernel, *key);
    if (!xaes) return Throw(env, Fault::kNoMemory);
    const XaesNonce whole = nonce.first<kXaesNonceBytes>();
    if constexpr (kSealing)
      return SealMessage(env, xaes, whole, aad, message);
    else
      return OpenMessage(env, xaes, whole, aad, message);
  } else {
    Gcm gcm(*kernel);
    if (!gcm) return Throw(env, Fault::kNoMemory);
    gcm.UseKey(key->bytes());
    const GcmNonce whole = nonce.first<kGcmNonceBytes>();
    if constexpr (kSealing)
      return SealMessage(env, gcm, whole, aad, message);
    else
      return OpenMessage(env, gcm, whole, aad, message);
  }
}

// ---- The module ----

napi_value MemoryLocked(napi_env env, napi_callback_info) { return Boolean(env, IsSecretMemoryLocked()); }

napi_value KernelNames(napi_env env) {
  napi_value names = nullptr;
  napi_create_array(env, &names);
  uint32_t index = 0;
  for (const Kernel* kernel : UsableKernels()) {
    napi_value name = nullptr;
    napi_create_string_utf8(env, kernel->name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, index++, name);
  }
  return names;
}

struct Export {
  const char* name;
  napi_callback function;
};
constexpr Export kExports[] = {
    {"memoryLocked", MemoryLocked},
    {"generateKey", GenerateKey},
    {"importKey", ImportKey},
    {"deriveKey", DeriveKey},
    {"destroyKey", DestroyKey},
    {"isDestroyed", IsDestroyed},
    {"sealKey", SealKey},
    {"openKey", OpenKey},
    {"sealBytes", SealBytes},
    {"openBytes", OpenBytes},
    {"sealPages", SealPages},
    {"openPages", OpenPages},
    {"xaesSeal", RunMessage<true, true>},
    {"xaesOpen", RunMessage<true, false>},
    {"gcmSeal", RunMessage<false, true>},
    {"gcmOpen", RunMessage<false, false>},
};

napi_value Load(napi_env env, napi_value exports) {
  static const bool passes = PassesSelfTest();
  if (!passes) {
    napi_throw_error(env, "ERR_SELF_TEST", "The cipher failed its self-test and must not be used.");
    return nullptr;
  }
  Keyring* const ring = new (std::nothrow) Keyring;
  if (ring == nullptr) return Throw(env, Fault::kNoMemory);
  napi_add_env_cleanup_hook(
      env, [](void* gone) { delete static_cast<Keyring*>(gone); }, ring);
  for (const auto& [name, function] : kExports) {
    napi_value value = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, ring, &value);
    napi_set_named_property(env, exports, name, value);
  }
  napi_value abi = nullptr;
  napi_create_uint32(env, kAbi, &abi);
  napi_set_named_property(env, exports, "abi", abi);
  napi_set_named_property(env, exports, "kernels", KernelNames(env));
  return exports;
}

}  // namespace

}  // namespace cryptable

NAPI_MODULE_INIT() { return cryptable::Load(env, exports); }
