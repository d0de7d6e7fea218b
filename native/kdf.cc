// SHA-256 without tables or branches on what is hashed, and the two constructions over it.
#include "kdf.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "secret.h"

namespace cryptable {

namespace {

constexpr size_t kHashBlockBytes = 64;

// FIPS 180-4, section 4.2.2.
constexpr uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4, section 5.3.3.
constexpr uint32_t kInitialChain[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

uint32_t LoadBigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

void StoreBigEndian(uint32_t word, uint8_t* bytes) {
  for (int i = 0; i < 4; i++) bytes[i] = static_cast<uint8_t>(word >> (24 - 8 * i));
}

}  // namespace

Sha256::Sha256() { memcpy(chain_, kInitialChain, sizeof(chain_)); }

Sha256::~Sha256() {
  Wipe(chain_, sizeof(chain_));
  Wipe(pending_, sizeof(pending_));
}

void Sha256::Update(std::span<const uint8_t> bytes) {
  size_t held = bytes_ % kHashBlockBytes;
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (held == 0 && bytes.size() >= kHashBlockBytes) {
      Compress(bytes.data());
      bytes = bytes.subspan(kHashBlockBytes);
      continue;
    }
    const size_t taken = std::min(bytes.size(), kHashBlockBytes - held);
    memcpy(pending_ + held, bytes.data(), taken);
    bytes = bytes.subspan(taken);
    held += taken;
    if (held < kHashBlockBytes) return;
    Compress(pending_);
    held = 0;
  }
}

void Sha256::Finish(std::span<uint8_t, kHashBytes> hash) {
  const uint64_t bits = bytes_ * 8;
  // A one bit, zeros up to eight bytes short of a block, the length.
  uint8_t padding[kHashBlockBytes + 8] = {0x80};
  const size_t zeros_end = (2 * kHashBlockBytes - 9 - bytes_ % kHashBlockBytes) % kHashBlockBytes + 1;
  StoreBigEndian(static_cast<uint32_t>(bits >> 32), padding + zeros_end);
  StoreBigEndian(static_cast<uint32_t>(bits), padding + zeros_end + 4);
  Update({padding, zeros_end + 8});
  for (int i = 0; i < 8; i++) StoreBigEndian(chain_[i], &hash[4 * i]);
}

// FIPS 180-4, section 6.2.2.
void Sha256::Compress(const uint8_t* block) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) w[t] = LoadBigEndian(block + 4 * t);
  for (int t = 16; t < 64; t++) {
    const uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
    const uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = chain_;
  for (int t = 0; t < 64; t++) {
    const uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + kRoundConstants[t] + w[t];
    const uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const uint32_t round[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; i++) chain_[i] += round[i];
  Wipe(w, sizeof(w));
}

HmacSha256::HmacSha256(std::span<const uint8_t, kHashBytes> key) {
  uint8_t pad[kHashBlockBytes];
  memset(pad, 0x36, sizeof(pad));
  for (size_t i = 0; i < kHashBytes; i++) pad[i] ^= key[i];
  inner_.Update(pad);
  for (uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
  outer_.Update(pad);
  Wipe(pad, sizeof(pad));
}

void HmacSha256::Finish(std::span<uint8_t, kHashBytes> mac) {
  inner_.Finish(mac);
  outer_.Update(mac);
  outer_.Finish(mac);
}

void HkdfExpand(std::span<const uint8_t, kHashBytes> parent, std::span<const uint8_t> info,
                std::span<uint8_t, kHashBytes> child) {
  HmacSha256 hmac(parent);
  const uint8_t counter = 1;
  hmac.Update(info);
  hmac.Update({&counter, 1});
  hmac.Finish(child);
}

}  // namespace cryptable
