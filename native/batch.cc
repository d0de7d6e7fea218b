// Walks the table of a batch; the cipher does the rest.
#include "batch.h"

#include <cstring>

#include "random.h"

namespace cryptable {

namespace {

constexpr size_t kBatchNonceBytes = kXaesNonceBytes - sizeof(uint32_t);

struct Page {
  Bytes input;
  WritableBytes output;
  Bytes aad;
};

// Each number is read once, so that what was checked is what is used.
uint32_t ReadOnce(const uint32_t& number) { return __atomic_load_n(&number, __ATOMIC_RELAXED); }

template <typename T>
bool Cut(std::span<T> buffer, size_t offset, size_t bytes, std::span<T>* piece) {
  if (offset > buffer.size() || bytes > buffer.size() - offset) return false;
  *piece = buffer.subspan(offset, bytes);
  return true;
}

bool AreApart(Bytes left, Bytes right) {
  const auto left_start = reinterpret_cast<uintptr_t>(left.data());
  const auto right_start = reinterpret_cast<uintptr_t>(right.data());
  return left_start + left.size() <= right_start || right_start + right.size() <= left_start;
}

size_t TextBytes(size_t sealed_bytes) {
  return sealed_bytes < kSealedPageExtraBytes ? 0 : sealed_bytes - kSealedPageExtraBytes;
}

// False for a page that must not be touched, as IsSealable and IsOpenable say.
template <bool kSealing>
bool PageAt(const PageBatch& batch, size_t index, Page* page) {
  const uint32_t* const row = &batch.table[index * PageBatch::kStride];
  const size_t input_bytes = ReadOnce(row[1]);
  const size_t output_bytes = kSealing ? input_bytes + kSealedPageExtraBytes : TextBytes(input_bytes);
  if (!Cut(batch.input, ReadOnce(row[0]), input_bytes, &page->input)) return false;
  if (!Cut(batch.output, ReadOnce(row[2]), output_bytes, &page->output)) return false;
  if (!Cut(batch.aad, ReadOnce(row[3]), ReadOnce(row[4]), &page->aad)) return false;
  const uint8_t* const plain = kSealing ? page->input.data() : page->output.data();
  const uint8_t* const sealed = kSealing ? page->output.data() : page->input.data();
  return plain == sealed + kXaesNonceBytes || AreApart(page->input, page->output);
}

template <bool kSealing>
bool ArePagesInside(const PageBatch& batch) {
  Page page;
  for (size_t i = 0; i < batch.count(); i++) {
    if (!PageAt<kSealing>(batch, i, &page)) return false;
  }
  return true;
}

}  // namespace

bool IsSealable(const PageBatch& batch) { return ArePagesInside<true>(batch); }

bool IsOpenable(const PageBatch& batch) { return ArePagesInside<false>(batch); }

Fault SealPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch) {
  Xaes xaes(kernel, key);
  if (!xaes) return Fault::kNoMemory;
  uint8_t nonce[kXaesNonceBytes];
  if (!FillRandom(std::span(nonce).first<kBatchNonceBytes>())) return Fault::kNoRandom;
  for (size_t i = 0; i < batch.count(); i++) {
    Page page;
    if (!PageAt<true>(batch, i, &page)) return Fault::kTableChanged;
    for (size_t byte = 0; byte < sizeof(uint32_t); byte++) {
      nonce[kBatchNonceBytes + byte] = static_cast<uint8_t>(i >> (8 * byte));
    }
    xaes.Seal(nonce, page.aad, page.input, page.output.subspan(kXaesNonceBytes));
    memcpy(page.output.data(), nonce, sizeof(nonce));
  }
  return Fault::kNone;
}

Fault OpenPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch, int64_t* first_failed) {
  *first_failed = -1;
  Xaes xaes(kernel, key);
  if (!xaes) return Fault::kNoMemory;
  for (size_t i = 0; i < batch.count(); i++) {
    Page page;
    const bool is_open = PageAt<false>(batch, i, &page) && page.input.size() >= kSealedPageExtraBytes &&
                         xaes.Open(page.input.first<kXaesNonceBytes>(), page.aad,
                                   page.input.subspan(kXaesNonceBytes), page.output);
    if (!is_open && *first_failed < 0) *first_failed = static_cast<int64_t>(i);
  }
  return Fault::kNone;
}

}  // namespace cryptable
