// The parts of GCM and XAES that are the same whatever computes the blocks.
#include "cipher.h"

#include <bit>
#include <cstring>

#include "kernels.h"

namespace cryptable {

namespace {

// What wide tables cost is saved on 32 to 80 KiB; that depends on the kernel.
constexpr size_t kWideFromBytes = 64 * 1024;

uint64_t FirstBits(size_t count) { return count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

size_t TakeLowest(uint64_t* bits) {
  const auto index = static_cast<size_t>(std::countr_zero(*bits));
  *bits &= *bits - 1;
  return index;
}

}  // namespace

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

void Gcm::UseKeys(const uint8_t* keys, size_t count) {
  kernel_.set_up(keys, states_->of, count);
  for (size_t key = 0; key < count; key++) bytes_[key] = 0;
  wide_of_ = kKeysMax;
}

// With wide tables once they pay, and when there is memory for them.
GcmKey Gcm::KeyFor(size_t key, std::span<const GcmMessage> messages) {
  const GcmState* const state = &states_->of[key];
  for (const GcmMessage& message : messages) bytes_[key] += message.bytes;
  if (kernel_.widen == nullptr || bytes_[key] < kWideFromBytes) return {state, nullptr};
  if (!wide_) wide_.emplace();
  if (!*wide_) return {state, nullptr};
  if (wide_of_ != key) kernel_.widen(state, &**wide_);
  wide_of_ = key;
  return {state, &**wide_};
}

void Gcm::SealRun(size_t key, std::span<const GcmMessage> messages) {
  const GcmKey gcm_key = KeyFor(key, messages);
  kernel_.seal(&gcm_key, messages.data(), messages.size());
}

uint64_t Gcm::OpenRun(size_t key, std::span<GcmMessage> messages) {
  for (size_t i = 0; i < messages.size(); i++) messages[i].tag = tags_[i];
  const GcmKey gcm_key = KeyFor(key, messages);
  // A message opened in place leaves its own tag alone: that lies behind the text.
  kernel_.open(&gcm_key, messages.data(), messages.size());
  uint64_t failed = 0;
  for (size_t i = 0; i < messages.size(); i++) {
    const GcmMessage& message = messages[i];
    if (EqualInConstantTime(tags_[i], Bytes(message.input + message.bytes, kTagBytes))) continue;
    Wipe(message.output, message.bytes);
    failed |= uint64_t{1} << i;
  }
  // The tag of a message that does not open is a forger's prize.
  Wipe(tags_, messages.size() * kTagBytes);
  return failed;
}

void Gcm::Seal(GcmNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed) {
  const GcmMessage message{nonce.data(),
                           aad.data(),
                           aad.size(),
                           plain.data(),
                           sealed.data(),
                           plain.size(),
                           sealed.data() + plain.size()};
  SealRun(0, {&message, 1});
}

bool Gcm::Open(GcmNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain) {
  GcmMessage message{nonce.data(), aad.data(),   aad.size(), sealed.data(),
                     plain.data(), plain.size(), nullptr};
  return OpenRun(0, {&message, 1}) == 0;
}

void Xaes::Seal(XaesNonce nonce, Bytes aad, Bytes plain, WritableBytes sealed) {
  GcmMessage message{nonce.data(),
                     aad.data(),
                     aad.size(),
                     plain.data(),
                     sealed.data(),
                     plain.size(),
                     sealed.data() + plain.size()};
  SealRun({&message, 1});
}

bool Xaes::Open(XaesNonce nonce, Bytes aad, Bytes sealed, WritableBytes plain) {
  GcmMessage message{nonce.data(), aad.data(),   aad.size(), sealed.data(),
                     plain.data(), plain.size(), nullptr};
  return OpenRun({&message, 1}) == 0;
}

void Xaes::SealRun(std::span<GcmMessage> messages) {
  for (uint64_t left = FirstBits(messages.size()); left != 0;) {
    Sort(messages, &left);
    for (size_t key = 0; key < key_count_; key++) gcm_.SealRun(key, Gather(messages, key));
  }
}

uint64_t Xaes::OpenRun(std::span<GcmMessage> messages) {
  uint64_t failed = 0;
  for (uint64_t left = FirstBits(messages.size()); left != 0;) {
    Sort(messages, &left);
    for (size_t key = 0; key < key_count_; key++) {
      uint64_t failed_here = gcm_.OpenRun(key, Gather(messages, key));
      while (failed_here != 0) failed |= uint64_t{1} << places_[key][TakeLowest(&failed_here)];
    }
  }
  return failed;
}

size_t Xaes::KeyOf(const GcmMessage& message) const {
  size_t key = 0;
  while (key < key_count_ && memcmp(key_nonces_[key], message.nonce, kKeyNonceBytes) != 0) key++;
  return key;
}

// Finds the messages of each key. When the first that is left is under none of the keys in use, these give
// way to the keys of as many messages as can be.
void Xaes::Sort(std::span<const GcmMessage> messages, uint64_t* left) {
  const bool is_known = KeyOf(messages[static_cast<size_t>(std::countr_zero(*left))]) < key_count_;
  if (!is_known) key_count_ = 0;
  const size_t key_count_max = is_known ? key_count_ : kKeysMax;
  for (size_t& count : counts_) count = 0;
  for (uint64_t rest = *left; rest != 0;) {
    const size_t place = TakeLowest(&rest);
    const size_t key = KeyOf(messages[place]);
    if (key == key_count_max) continue;
    if (key == key_count_) memcpy(key_nonces_[key_count_++], messages[place].nonce, kKeyNonceBytes);
    places_[key][counts_[key]++] = static_cast<uint8_t>(place);
    *left &= ~(uint64_t{1} << place);
  }
  if (!is_known) DeriveKeys();
}

// C2SP XAES-256-GCM: CMAC of one block each, whose input says its number, the label X and the nonce.
void Xaes::DeriveKeys() {
  uint8_t derived[kKeysMax][2][kBlockBytes] = {};
  for (size_t key = 0; key < key_count_; key++) {
    for (uint8_t half = 0; half < 2; half++) {
      uint8_t* const block = derived[key][half];
      block[1] = half + 1;
      block[2] = 'X';
      memcpy(block + 4, key_nonces_[key], kKeyNonceBytes);
      for (size_t i = 0; i < kBlockBytes; i++) block[i] ^= key_.mask[i];
    }
  }
  kernel_.encrypt_blocks(&key_.round_keys, derived[0][0], derived[0][0], 2 * key_count_);
  gcm_.UseKeys(derived[0][0], key_count_);
  Wipe(derived, sizeof(derived));
}

// The messages that Sort found for `key`, with their nonces as GCM takes them.
std::span<GcmMessage> Xaes::Gather(std::span<GcmMessage> messages, size_t key) {
  const size_t count = counts_[key];
  const bool is_all = count == messages.size();
  for (size_t i = 0; i < count && !is_all; i++) gathered_[i] = messages[places_[key][i]];
  const std::span<GcmMessage> found = is_all ? messages : std::span(gathered_).first(count);
  for (GcmMessage& message : found) message.nonce += kKeyNonceBytes;
  return found;
}

}  // namespace cryptable
