// Many pages sealed or opened in one call.
//
// A sealed page is nonce (24) | ciphertext | tag (16). The nonces of a batch: 12 random bytes, the same for
// all its pages, so that one derived key serves them all; 8 more random bytes, the same too; the page's index
// in the batch, 4 bytes, lowest first (R-NON-1).
#pragma once

#include <cstdint>
#include <span>

#include "cipher.h"
#include "fault.h"

namespace cryptable {

inline constexpr size_t kSealedPageExtraBytes = kXaesNonceBytes + kTagBytes;

// Where each page lies in the three buffers. Another thread may be able to write into them, the table too;
// that can spoil what is sealed or opened, but never lets the cipher touch memory outside the buffers.
struct PageBatch {
  // Numbers per page in `table`: input offset, input bytes, output offset, aad offset, aad bytes.
  static constexpr size_t kStride = 5;

  Bytes input;
  WritableBytes output;
  Bytes aad;
  std::span<const uint32_t> table;

  size_t count() const { return table.size() / kStride; }
};

// True when every page lies inside its buffers, and its output apart from its input or exactly in its place:
// the text of one on the text of the other. To be asked before the batch is sealed or opened.
bool IsSealable(const PageBatch& batch);
bool IsOpenable(const PageBatch& batch);

[[nodiscard]] Fault SealPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch);

// Opens every page. Those that fail are zeros in the output; `first_failed` is the index of the first, or -1.
// A page too short to have been sealed has no text and fails.
[[nodiscard]] Fault OpenPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch,
                              int64_t* first_failed);

}  // namespace cryptable
