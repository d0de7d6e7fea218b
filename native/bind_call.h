// One call from JavaScript: its arguments, and the result or error it gets back.
//
// Files named bind are the only ones that know of JavaScript.
//
// Written against the plain C interface of Node-API: a call costs nanoseconds, and so must the checks around
// it.
#pragma once

#include <node_api.h>

#include "cipher.h"
#include "fault.h"
#include "kernel.h"
#include "keyring.h"

namespace cryptable {

// ---- Errors ----
// Each throws in JavaScript and returns nullptr, which the caller returns at once.

struct Mistake {
  const char* code;
  const char* sentence;
};
inline constexpr Mistake kPageOutside{"ERR_PAGE_OUTSIDE", "A page of the batch lies outside its buffers."};
inline constexpr Mistake kPagesOverlap{
    "ERR_PAGES_OVERLAP", "A page would be written over what it, or another page of the batch, is made from."};

napi_value ThrowRangeError(napi_env env, const Mistake& mistake);
napi_value Throw(napi_env env, Fault fault);
// After a failed call into JavaScript's engine, which may have thrown already.
napi_value ThrowUnlessPending(napi_env env);

// ---- Arguments ----
// Each method throws and returns false where the argument is not what it should be.

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);

  Keyring& ring() const { return *static_cast<Keyring*>(data_); }

  bool Buffer(size_t index, Bytes* bytes) const;
  bool Buffer(size_t index, WritableBytes* bytes) const;
  // Exactly `length` bytes.
  bool Buffer(size_t index, size_t length, Bytes* bytes) const;
  bool Table(size_t index, std::span<const uint32_t>* table) const;
  bool Numbers(size_t index, std::span<double>* numbers) const;
  bool Count(size_t index, uint32_t* count) const;

  // As it came, for what outlives the call.
  napi_value operator[](size_t index) const { return values_[index]; }

  // A key, destroyed or not.
  bool AnyKey(size_t index, Key** key) const;
  bool LiveKey(size_t index, const XaesKey** key) const;

  bool KernelNamed(size_t index, const Kernel** kernel) const;

 private:
  static constexpr size_t kCountMax = 8;

  bool TypedArray(size_t index, napi_typedarray_type type, void** start, size_t* length) const;

  napi_env env_;
  void* data_ = nullptr;
  napi_value values_[kCountMax];
};

// ---- Results ----

napi_value Undefined(napi_env env);
napi_value Boolean(napi_env env, bool is_true);

// A new Uint8Array with memory of its own, and where that is.
napi_value NewBytes(napi_env env, size_t length, WritableBytes* bytes);

// The key object for a key that is set up. No other object passes for one.
napi_value NewKey(napi_env env, Keyring& ring, Secret<XaesKey> secret);

}  // namespace cryptable
