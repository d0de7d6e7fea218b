// Lays pages out in the buffers of a batch, for the programs that prove the cipher.
#pragma once

#include <cstdint>
#include <vector>

#include "batch.h"
#include "check.h"

namespace cryptable {

// Pages of the given lengths, one after another in every buffer, with associated data of 0 to 63 bytes each.
struct PageTable {
  std::vector<size_t> plain_bytes;
  std::vector<uint32_t> sealing, opening;
  Buffer plain, sealed, aad;

  PageTable(const std::vector<size_t>& lengths, Bytestream& stream) : plain_bytes(lengths) {
    size_t plain_at = 0, sealed_at = 0, aad_at = 0;
    for (const size_t bytes : lengths) {
      const size_t sealed_bytes = bytes + kSealedPageExtraBytes, aad_bytes = stream.Below(64);
      for (const size_t number : {plain_at, bytes, sealed_at, aad_at, aad_bytes}) {
        sealing.push_back(static_cast<uint32_t>(number));
      }
      for (const size_t number : {sealed_at, sealed_bytes, plain_at, aad_at, aad_bytes}) {
        opening.push_back(static_cast<uint32_t>(number));
      }
      plain_at += bytes, sealed_at += sealed_bytes, aad_at += aad_bytes;
    }
    plain = stream.Bytes(plain_at);
    sealed = Buffer(sealed_at);
    aad = stream.Bytes(aad_at);
  }

  PageBatch ToSeal() { return {plain, sealed, aad, sealing}; }
  PageBatch ToOpen(WritableBytes opened) const { return {sealed, opened, aad, opening}; }

  Bytes PlainPage(size_t page) const {
    return Bytes(plain).subspan(sealing[page * PageBatch::kStride], plain_bytes[page]);
  }
  WritableBytes SealedPage(size_t page) {
    return WritableBytes(sealed).subspan(opening[page * PageBatch::kStride],
                                         plain_bytes[page] + kSealedPageExtraBytes);
  }
  Bytes Aad(size_t page) const {
    const uint32_t* const row = &sealing[page * PageBatch::kStride];
    return Bytes(aad).subspan(row[3], row[4]);
  }
};

}  // namespace cryptable
