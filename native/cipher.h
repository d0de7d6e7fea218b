// AES-256-GCM (NIST SP 800-38D) and XAES-256-GCM (C2SP) over a kernel: lengths, keys, tags, and a wipe on
// failure.
#pragma once

#include <cstdint>
#include <span>

#include "kernel.h"
#include "secret.h"

namespace cryptable {

inline constexpr size_t kXaesNonceBytes = 24;
// The first half of an XAES nonce chooses the derived key, the second half is the nonce of GCM.
inline constexpr size_t kKeyNonceBytes = 12;

using Bytes = std::span<const uint8_t>;
using WritableBytes = std::span<uint8_t>;
using GcmNonce = std::span<const uint8_t, kGcmNonceBytes>;
using KeyNonce = std::span<const uint8_t, kKeyNonceBytes>;
using XaesNonce = std::span<const uint8_t, kXaesNonceBytes>;
using KeyBytes = std::span<const uint8_t, kKeyBytes>;

// A 256-bit key made ready for XAES. Key material: lives in secret memory.
struct XaesKey {
  RoundKeys round_keys;
  uint8_t mask[kBlockBytes];  // K1 of CMAC, NIST SP 800-38B, section 6.1

  // The key itself is the first two round keys.
  KeyBytes bytes() const { return KeyBytes(round_keys.bytes, kKeyBytes); }
};

void SetUpXaesKey(KeyBytes bytes, XaesKey* key);

// GCM under one key at a time. The state lives in secret memory and goes, wiped, with the object, as do what
// kernels left in registers and on the stack.
class Gcm {
 public:
  explicit Gcm(const Kernel& kernel) : kernel_(kernel) {}
  ~Gcm();
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  // False when there was no secret memory; nothing else may be called then.
  explicit operator bool() const { return static_cast<bool>(state_); }

  void UseKey(KeyBytes key) { kernel_.set_up(key.data(), &*state_); }

  // `sealed` has room for the ciphertext, as long as `plain` and perhaps in its place, and the tag.
  void Seal(GcmNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed);
  // `plain` has the length of `sealed` without the tag. What does not open leaves it as zeros.
  [[nodiscard]] bool Open(GcmNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain);

 private:
  const Kernel& kernel_;
  Secret<GcmState> state_;
};

// XAES under one key; derives again only when the first half of the nonce is not that of the message before.
class Xaes {
 public:
  Xaes(const Kernel& kernel, const XaesKey& key) : kernel_(kernel), key_(key), gcm_(kernel) {}

  explicit operator bool() const { return static_cast<bool>(gcm_); }

  void Seal(XaesNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed);
  [[nodiscard]] bool Open(XaesNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain);

 private:
  void UseKeyNonce(KeyNonce nonce);

  const Kernel& kernel_;
  const XaesKey& key_;
  Gcm gcm_;
  bool has_key_nonce_ = false;
  uint8_t key_nonce_[kKeyNonceBytes];
};

}  // namespace cryptable
