// Vectors of NIST, C2SP and RFC 5869, and one long message; each with a twin that must not open.
#include "self_test.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cipher.h"
#include "envelope.h"
#include "kdf.h"
#include "kernels.h"

namespace cryptable {

namespace {

constexpr size_t kMessageBytesMax = 1277;
using Buffer = std::array<uint8_t, kMessageBytesMax + kTagBytes>;

Bytes BytesOf(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

bool AreEqual(Bytes left, Bytes right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

bool AreZeros(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

// start, start + step, start + 2 step, and so on.
template <size_t kBytes>
constexpr std::array<uint8_t, kBytes> Ramp(size_t start, size_t step) {
  std::array<uint8_t, kBytes> bytes{};
  for (size_t i = 0; i < kBytes; i++) bytes[i] = static_cast<uint8_t>(start + i * step);
  return bytes;
}

// The sealed message ends as `ending` says, which is all of it or its tag; it opens, and a changed one does
// not.
template <typename Cipher, typename Nonce>
bool SealsAndOpens(Cipher& cipher, Nonce nonce, Bytes aad, Bytes plain, Bytes ending) {
  Buffer sealed, opened;
  const WritableBytes message = std::span(sealed).first(plain.size() + kTagBytes);
  const WritableBytes text = std::span(opened).first(plain.size());
  cipher.Seal(nonce, aad, plain, message);
  if (!AreEqual(message.last(ending.size()), ending)) return false;
  if (!cipher.Open(nonce, aad, message, text) || !AreEqual(text, plain)) return false;
  message.back() ^= 0x80;
  if (cipher.Open(nonce, aad, message, text) || !AreZeros(text)) return false;
  message.back() ^= 0x80;
  message.front() ^= 0x01;
  return !cipher.Open(nonce, aad, message, text) && AreZeros(text);
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
constexpr uint8_t kGcmKey[] = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f,
                               0x94, 0x67, 0x30, 0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
                               0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
constexpr uint8_t kGcmNonce[] = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
constexpr uint8_t kGcmAad[] = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed,
                               0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};
constexpr uint8_t kGcmPlain[] = {0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5,
                                 0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda,
                                 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95,
                                 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25,
                                 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39};
constexpr uint8_t kGcmSealed[] = {
    0x52, 0x2d, 0xc1, 0xf0, 0x99, 0x56, 0x7d, 0x07, 0xf4, 0x7f, 0x37, 0xa3, 0x2a, 0x84, 0x42, 0x7d,
    0x64, 0x3a, 0x8c, 0xdc, 0xbf, 0xe5, 0xc0, 0xc9, 0x75, 0x98, 0xa2, 0xbd, 0x25, 0x55, 0xd1, 0xaa,
    0x8c, 0xb0, 0x8e, 0x48, 0x59, 0x0d, 0xbb, 0x3d, 0xa7, 0xb0, 0x8b, 0x10, 0x56, 0x82, 0x88, 0x38,
    0xc5, 0xf6, 0x1e, 0x63, 0x93, 0xba, 0x7a, 0x0a, 0xbc, 0xc9, 0xf6, 0x62, 0x76, 0xfc, 0x6e, 0xce,
    0x0f, 0x4e, 0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d, 0x55, 0x1b};

// Long enough for every loop of every kernel, and its end; the tag was computed with OpenSSL. It covers the
// ciphertext, so that no more need be written down.
constexpr auto kLongKey = Ramp<kKeyBytes>(0, 1);
constexpr auto kLongNonce = Ramp<kGcmNonceBytes>(32, 1);
constexpr auto kLongAad = Ramp<53>(64, 1);
constexpr auto kLongPlain = Ramp<kMessageBytesMax>(3, 7);
constexpr uint8_t kLongTag[] = {0x07, 0xf3, 0x99, 0x3c, 0x0c, 0xe8, 0x34, 0x14,
                                0xa0, 0xa4, 0xa7, 0xaa, 0xb4, 0x17, 0xfc, 0x1a};

bool PassesGcm(const Kernel& kernel) {
  Gcm gcm(kernel);
  if (!gcm) return false;
  gcm.UseKey(kGcmKey);
  if (!SealsAndOpens(gcm, GcmNonce(kGcmNonce), kGcmAad, kGcmPlain, kGcmSealed)) return false;
  gcm.UseKey(kLongKey);
  return SealsAndOpens(gcm, GcmNonce(kLongNonce), kLongAad, kLongPlain, kLongTag);
}

// C2SP XAES-256-GCM, both vectors. The doubling behind K1 carries in the second and not in the first.
struct XaesCase {
  uint8_t key_byte;
  std::string_view aad;
  uint8_t sealed[28];
};
constexpr XaesCase kXaesCases[] = {
    {0x01, "", {0xce, 0x54, 0x6e, 0xf6, 0x3c, 0x9c, 0xc6, 0x07, 0x65, 0x92, 0x36, 0x09, 0xb3, 0x3a,
                0x9a, 0x19, 0x74, 0xe9, 0x6e, 0x52, 0xda, 0xf2, 0xfc, 0xf7, 0x07, 0x5e, 0x22, 0x71}},
    {0x03, "c2sp.org/XAES-256-GCM", {0x98, 0x6e, 0xc1, 0x83, 0x25, 0x93, 0xdf, 0x54, 0x43, 0xa1,
                                     0x79, 0x43, 0x7f, 0xd0, 0x83, 0xbf, 0x3f, 0xdb, 0x41, 0xab,
                                     0xd7, 0x40, 0xa2, 0x1f, 0x71, 0xeb, 0x76, 0x9d}},
};
constexpr std::string_view kXaesNonce = "ABCDEFGHIJKLMNOPQRSTUVWX";
constexpr std::string_view kXaesPlain = "XAES-256-GCM";

bool PassesXaes(const Kernel& kernel) {
  const auto nonce = BytesOf(kXaesNonce).first<kXaesNonceBytes>();
  for (const XaesCase& vector : kXaesCases) {
    std::array<uint8_t, kKeyBytes> bytes;
    bytes.fill(vector.key_byte);
    Secret<XaesKey> key;
    if (!key) return false;
    SetUpXaesKey(bytes, &*key);
    Xaes xaes(kernel, *key);
    if (!xaes) return false;
    if (!SealsAndOpens(xaes, nonce, BytesOf(vector.aad), BytesOf(kXaesPlain), vector.sealed)) return false;
  }
  return true;
}

// RFC 5869, appendix A.1: its PRK and info, and the first block of its output.
constexpr uint8_t kHkdfParent[] = {0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf, 0x0d, 0xdc, 0x3f,
                                   0x0d, 0xc4, 0x7b, 0xba, 0x63, 0x90, 0xb6, 0xc7, 0x3b, 0xb5, 0x0f,
                                   0x9c, 0x31, 0x22, 0xec, 0x84, 0x4a, 0xd7, 0xc2, 0xb3, 0xe5};
constexpr auto kHkdfInfo = Ramp<10>(0xf0, 1);
constexpr uint8_t kHkdfChild[] = {0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f,
                                  0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a,
                                  0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf};

bool PassesHkdf() {
  uint8_t child[kHashBytes];
  HkdfExpand(kHkdfParent, kHkdfInfo, child);
  return AreEqual(child, kHkdfChild);
}

// Opens as it was sealed; not with a changed commitment, nor in another context.
bool PassesEnvelope() {
  Secret<XaesKey> key;
  if (!key) return false;
  SetUpXaesKey(kLongKey, &*key);
  const Bytes plain = kGcmPlain;
  std::array<uint8_t, sizeof(kGcmPlain) + kEnvelopeBytes> sealed;
  std::array<uint8_t, sizeof(kGcmPlain)> opened;
  if (SealEnvelope(*key, plain, kGcmAad, sealed) != Fault::kNone) return false;
  if (OpenEnvelope(*key, sealed, kGcmAad, opened) != Fault::kNone || !AreEqual(opened, plain)) return false;
  if (OpenEnvelope(*key, sealed, kGcmNonce, opened) != Fault::kNotGenuine || !AreZeros(opened)) return false;
  sealed[0] ^= 0x01;
  return OpenEnvelope(*key, sealed, kGcmAad, opened) == Fault::kNotGenuine && AreZeros(opened);
}

}  // namespace

bool PassesSelfTest() {
  for (const Kernel* kernel : UsableKernels()) {
    if (!PassesGcm(*kernel) || !PassesXaes(*kernel)) return false;
  }
  return PassesHkdf() && PassesEnvelope();
}

}  // namespace cryptable
