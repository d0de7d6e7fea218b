// Key derivation: SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF-Expand (RFC 5869).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cryptable {

inline constexpr size_t kHashBytes = 32;

// Wipes itself when it goes, as it may have hashed a key.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::span<const uint8_t> bytes);
  // Ends the hash: nothing may be added afterwards.
  void Finish(std::span<uint8_t, kHashBytes> hash);

 private:
  void Compress(const uint8_t* block);

  uint32_t chain_[8];
  uint8_t pending_[64];
  uint64_t bytes_ = 0;
};

class HmacSha256 {
 public:
  // RFC 2104 hashes longer keys first; ours are all of this length.
  explicit HmacSha256(std::span<const uint8_t, kHashBytes> key);

  void Update(std::span<const uint8_t> bytes) { inner_.Update(bytes); }
  void Finish(std::span<uint8_t, kHashBytes> mac);

 private:
  Sha256 inner_;
  Sha256 outer_;
};

// HKDF-Expand with one block of output. `parent` must be uniformly random, as all our keys are: there is no
// Extract.
void HkdfExpand(std::span<const uint8_t, kHashBytes> parent, std::span<const uint8_t> info,
                std::span<uint8_t, kHashBytes> child);

}  // namespace cryptable
