// The addon as JavaScript sees it: what it exports; bind_call.h has the checks on arguments. A function
// returns nullptr once it has thrown.
#include <node_api.h>

#include <atomic>

#include "bind_call.h"
#include "bind_pages.h"
#include "bind_rows.h"
#include "cipher.h"
#include "envelope.h"
#include "kdf.h"
#include "kernels.h"
#include "process.h"
#include "random.h"
#include "secret.h"
#include "self_test.h"

namespace cryptable {

namespace {

// Counts changes of what the exported functions take and return.
constexpr uint32_t kAbi = 4;

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
  if (bytes.size() != kKeyBytes) return ThrowRangeError(env, {"ERR_OUT_OF_RANGE", "A key has 32 bytes."});
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

napi_value Harden(napi_env env, napi_callback_info) { return Boolean(env, HardenProcess()); }

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
    {"hardenProcess", Harden},
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
    {"sealPagesAsync", SealPagesAsync},
    {"openPagesAsync", OpenPagesAsync},
    {"takeRows", TakeRows},
    {"readRows", ReadRows},
    {"closeRows", CloseRows},
    {"xaesSeal", RunMessage<true, true>},
    {"xaesOpen", RunMessage<true, false>},
    {"gcmSeal", RunMessage<false, true>},
    {"gcmOpen", RunMessage<false, false>},
};

napi_value Load(napi_env env, napi_value exports) {
  // Once a process, not once a worker.
  static std::atomic<bool> has_passed = false;
  if (!has_passed) has_passed = PassesSelfTest();
  if (!has_passed) {
    napi_throw_error(env, "ERR_SELF_TEST", "The cipher failed its self-test and must not be used.");
    return nullptr;
  }
  Keyring* const ring = new Keyring;
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
