// Commitment first, then XAES with the context as associated data.
#include "envelope.h"

#include <string_view>

#include "kdf.h"
#include "kernels.h"
#include "random.h"

namespace cryptable {

namespace {

using Commitment = std::span<uint8_t, kCommitmentBytes>;

Bytes BytesOf(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

void Commit(const XaesKey& key, XaesNonce nonce, Bytes context, Commitment commitment) {
  uint8_t commitment_key[kHashBytes];
  HkdfExpand(key.bytes(), BytesOf("cryptable commitment key v1"), commitment_key);
  HmacSha256 hmac(commitment_key);
  hmac.Update(BytesOf("cryptable commitment v1"));
  hmac.Update(nonce);
  hmac.Update(context);
  hmac.Finish(commitment);
  Wipe(commitment_key, sizeof(commitment_key));
  ScrubStack();
}

}  // namespace

Fault SealEnvelope(const XaesKey& key, Bytes plain, Bytes context, WritableBytes sealed) {
  Xaes xaes(BestKernel(), key);
  if (!xaes) return Fault::kNoMemory;
  const auto nonce = sealed.subspan<kCommitmentBytes, kXaesNonceBytes>();
  if (!FillRandom(nonce)) return Fault::kNoRandom;
  Commit(key, nonce, context, sealed.first<kCommitmentBytes>());
  xaes.Seal(nonce, context, plain, sealed.subspan(kCommitmentBytes + kXaesNonceBytes));
  return Fault::kNone;
}

Fault OpenEnvelope(const XaesKey& key, Bytes sealed, Bytes context, WritableBytes plain) {
  const auto nonce = sealed.subspan<kCommitmentBytes, kXaesNonceBytes>();
  uint8_t expected[kCommitmentBytes];
  Commit(key, nonce, context, expected);
  const bool is_committed = EqualInConstantTime(expected, sealed.first<kCommitmentBytes>());
  Wipe(expected, sizeof(expected));
  if (!is_committed) {
    Wipe(plain.data(), plain.size());
    return Fault::kNotGenuine;
  }
  Xaes xaes(BestKernel(), key);
  if (!xaes) return Fault::kNoMemory;
  const Bytes body = sealed.subspan(kCommitmentBytes + kXaesNonceBytes);
  return xaes.Open(nonce, context, body, plain) ? Fault::kNone : Fault::kNotGenuine;
}

}  // namespace cryptable
