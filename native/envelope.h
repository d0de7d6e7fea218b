// The envelope around a wrapped key, or other small secret: sealed, and bound to one key by a commitment.
//
//   commitment (32) | nonce (24) | ciphertext | tag (16)
//
// GCM alone binds no key: one ciphertext can be made that opens under two. The commitment is a MAC of nonce
// and context under a key derived from the wrapping key; it is checked before anything is decrypted
// (R-COM-1).
#pragma once

#include "cipher.h"
#include "fault.h"

namespace cryptable {

inline constexpr size_t kCommitmentBytes = 32;
inline constexpr size_t kEnvelopeBytes = kCommitmentBytes + kXaesNonceBytes + kTagBytes;

// `sealed` has kEnvelopeBytes more than `plain` and does not overlap it.
[[nodiscard]] Fault SealEnvelope(const XaesKey& key, Bytes plain, Bytes context, WritableBytes sealed);

// `plain` has kEnvelopeBytes less than `sealed`; zeros if the envelope does not open.
[[nodiscard]] Fault OpenEnvelope(const XaesKey& key, Bytes sealed, Bytes context, WritableBytes plain);

}  // namespace cryptable
