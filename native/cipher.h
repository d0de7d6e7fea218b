// AES-256-GCM (NIST SP 800-38D) and XAES-256-GCM (C2SP) over a kernel: keys, tags, and a wipe on failure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel.h"
#include "secret.h"

namespace cryptable {

inline constexpr size_t kXaesNonceBytes = 24;
// The first half of an XAES nonce chooses the derived key, the second half is the nonce of GCM.
inline constexpr size_t kKeyNonceBytes = 12;
// Messages sealed or opened together: enough that where a run ends costs nothing, and a bit for each in a
// word.
inline constexpr size_t kRunMax = 64;
// Derived keys that are set up together: as many as the widest registers take.
inline constexpr size_t kKeysMax = 4;

using Bytes = std::span<const uint8_t>;
using WritableBytes = std::span<uint8_t>;
using GcmNonce = std::span<const uint8_t, kGcmNonceBytes>;
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

// GCM under a few keys at a time. What it keeps of them lives in secret memory and goes, wiped, with the
// object, as do what kernels left in registers and on the stack.
class Gcm {
 public:
  explicit Gcm(const Kernel& kernel) : kernel_(kernel) {}
  ~Gcm();
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  // False when there was no secret memory; nothing else may be called then.
  explicit operator bool() const { return static_cast<bool>(states_); }

  void UseKey(KeyBytes key) { UseKeys(key.data(), 1); }
  // At most kKeysMax, one after the other; they are known by their index from then on.
  void UseKeys(const uint8_t* keys, size_t count);

  // `sealed` has room for the ciphertext, as long as `plain` and perhaps in its place, and the tag.
  void Seal(GcmNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed);
  // `plain` has the length of `sealed` without the tag. What does not open leaves it as zeros.
  [[nodiscard]] bool Open(GcmNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain);

  // At most kRunMax messages.
  void SealRun(size_t key, std::span<const GcmMessage> messages);
  // The same; each tag follows its input, and the field for it is used here. What does not open leaves zeros.
  // The result has the bit 1 << index of each message that did not.
  [[nodiscard]] uint64_t OpenRun(size_t key, std::span<GcmMessage> messages);

 private:
  struct States {
    GcmState of[kKeysMax];
  };

  GcmKey KeyFor(size_t key, std::span<const GcmMessage> messages);

  const Kernel& kernel_;
  Secret<States> states_;
  std::optional<Secret<WideTables>> wide_;
  size_t wide_of_ = kKeysMax;  // the key that the wide tables are of; kKeysMax when of none
  size_t bytes_[kKeysMax];     // sealed or opened under each key
  uint8_t tags_[kRunMax][kTagBytes];
};

// XAES under one key. Keeps the keys it derived last, and derives again only for other nonces.
class Xaes {
 public:
  Xaes(const Kernel& kernel, const XaesKey& key) : kernel_(kernel), key_(key), gcm_(kernel) {}

  explicit operator bool() const { return static_cast<bool>(gcm_); }

  void Seal(XaesNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed);
  [[nodiscard]] bool Open(XaesNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain);

  // As those of Gcm, but nonces have kXaesNonceBytes, and no other thread may change them. The fields for
  // nonce and tag are used here.
  void SealRun(std::span<GcmMessage> messages);
  [[nodiscard]] uint64_t OpenRun(std::span<GcmMessage> messages);

 private:
  // A key by its index, key_count_ when it is none of them.
  size_t KeyOf(const GcmMessage& message) const;
  // `left` has a bit for each message that is still to be sealed or opened.
  void Sort(std::span<const GcmMessage> messages, uint64_t* left);
  void DeriveKeys();
  std::span<GcmMessage> Gather(std::span<GcmMessage> messages, size_t key);

  const Kernel& kernel_;
  const XaesKey& key_;
  Gcm gcm_;
  size_t key_count_ = 0;
  uint8_t key_nonces_[kKeysMax][kKeyNonceBytes];
  // Where in a run the messages of each key are; and these themselves, of one key.
  size_t counts_[kKeysMax];
  uint8_t places_[kKeysMax][kRunMax];
  GcmMessage gathered_[kRunMax];
};

}  // namespace cryptable
