// The parts of GCM and XAES that are the same whatever computes the blocks.
#include "cipher.h"

#include <cstring>

#include "kernels.h"

namespace cryptable {

// NIST SP 800-38B, section 6.1: double the encryption of zeros, without a branch on its top bit.
void SetUpXaesKey(KeyBytes bytes, XaesKey* key) {
  const Kernel& kernel = BestKernel();
  kernel.expand_key(bytes.data(), &key->round_keys);
  uint8_t* const mask = key->mask;
  memset(mask, 0, kBlockBytes);
  kernel.encrypt_blocks(&key->round_keys, mask, mask, 1);
  const uint8_t carry = static_cast<uint8_t>(0x87 & -(mask[0] >> 7));
  for (size_t i = 0; i < kBlockBytes - 1; i++)
    mask[i] = static_cast<uint8_t>(mask[i] << 1 | mask[i + 1] >> 7);
  mask[kBlockBytes - 1] = static_cast<uint8_t>(mask[kBlockBytes - 1] << 1) ^ carry;
  kernel.scrub_registers();
  ScrubStack();
}

Gcm::~Gcm() {
  kernel_.scrub_registers();
  ScrubStack();
}

void Gcm::Seal(GcmNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed) {
  const GcmMessage message{nonce.data(), aad.data(), aad.size(), plain.data(), sealed.data(), plain.size()};
  kernel_.seal(&*state_, &message, sealed.data() + plain.size());
}

bool Gcm::Open(GcmNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain) {
  const GcmMessage message{nonce.data(), aad.data(), aad.size(), sealed.data(), plain.data(), plain.size()};
  uint8_t tag[kTagBytes];
  kernel_.open(&*state_, &message, tag);
  const bool is_genuine = EqualInConstantTime(tag, sealed.subspan(plain.size(), kTagBytes));
  // The tag of a message that does not open is a forger's prize.
  Wipe(tag, sizeof(tag));
  if (!is_genuine) Wipe(plain.data(), plain.size());
  return is_genuine;
}

void Xaes::Seal(XaesNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed) {
  UseKeyNonce(nonce.first<kKeyNonceBytes>());
  gcm_.Seal(nonce.last<kGcmNonceBytes>(), aad, plain, sealed);
}

bool Xaes::Open(XaesNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain) {
  UseKeyNonce(nonce.first<kKeyNonceBytes>());
  return gcm_.Open(nonce.last<kGcmNonceBytes>(), aad, sealed, plain);
}

// C2SP XAES-256-GCM: CMAC of one block each, whose input says its number, the label X and the nonce.
void Xaes::UseKeyNonce(KeyNonce nonce) {
  if (has_key_nonce_ && memcmp(key_nonce_, nonce.data(), kKeyNonceBytes) == 0) return;
  uint8_t derived[kKeyBytes] = {};
  for (uint8_t half = 0; half < 2; half++) {
    uint8_t* const block = derived + half * kBlockBytes;
    block[1] = half + 1;
    block[2] = 'X';
    memcpy(block + 4, nonce.data(), kKeyNonceBytes);
    for (size_t i = 0; i < kBlockBytes; i++) block[i] ^= key_.mask[i];
  }
  kernel_.encrypt_blocks(&key_.round_keys, derived, derived, 2);
  gcm_.UseKey(derived);
  Wipe(derived, sizeof(derived));
  memcpy(key_nonce_, nonce.data(), kKeyNonceBytes);
  has_key_nonce_ = true;
}

}  // namespace cryptable
