// Walks the table of a batch; the cipher does the rest.
#include "batch.h"

#include <algorithm>
#include <bit>
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
  return left.empty() || right.empty() || left_start + left.size() <= right_start ||
         right_start + right.size() <= left_start;
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
  return AreApart(page->input, page->output) || plain == sealed + kXaesNonceBytes;
}

template <bool kSealing>
bool ArePagesInside(const PageBatch& batch) {
  Page page;
  for (size_t i = 0; i < batch.count(); i++) {
    if (!PageAt<kSealing>(batch, i, &page)) return false;
  }
  return true;
}

// Pages sealed or opened together, and where in the batch they are. Nonces are copies: nobody else can change
// them.
struct Run {
  size_t count = 0;
  uint8_t nonces[kRunMax][kXaesNonceBytes];
  GcmMessage messages[kRunMax];
  size_t places[kRunMax];

  bool IsFull() const { return count == kRunMax; }
  std::span<GcmMessage> all() { return {messages, count}; }

  void Add(const uint8_t* nonce, Bytes aad, const uint8_t* input, uint8_t* output, size_t bytes,
           size_t place) {
    memcpy(nonces[count], nonce, kXaesNonceBytes);
    messages[count] = {nonces[count], aad.data(), aad.size(), input, output, bytes, output + bytes};
    places[count++] = place;
  }
};

// The nonce goes in last: until then the text may lie in its place.
void SealRun(Xaes& xaes, Run& run) {
  xaes.SealRun(run.all());
  for (size_t i = 0; i < run.count; i++) {
    memcpy(run.messages[i].output - kXaesNonceBytes, run.nonces[i], kXaesNonceBytes);
  }
  run.count = 0;
}

void OpenRun(Xaes& xaes, Run& run, size_t* first_failed) {
  const uint64_t failed = xaes.OpenRun(run.all());
  if (failed != 0) *first_failed = std::min(*first_failed, run.places[std::countr_zero(failed)]);
  run.count = 0;
}

}  // namespace

bool IsSealable(const PageBatch& batch) { return ArePagesInside<true>(batch); }

bool IsOpenable(const PageBatch& batch) { return ArePagesInside<false>(batch); }

Fault SealPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch) {
  Xaes xaes(kernel, key);
  if (!xaes) return Fault::kNoMemory;
  uint8_t nonce[kXaesNonceBytes];
  if (!FillRandom(std::span(nonce).first<kBatchNonceBytes>())) return Fault::kNoRandom;
  Run run;
  for (size_t i = 0; i < batch.count(); i++) {
    Page page;
    if (!PageAt<true>(batch, i, &page)) return Fault::kTableChanged;
    for (size_t byte = 0; byte < sizeof(uint32_t); byte++) {
      nonce[kBatchNonceBytes + byte] = static_cast<uint8_t>(i >> (8 * byte));
    }
    uint8_t* const text = page.output.data() + kXaesNonceBytes;
    run.Add(nonce, page.aad, page.input.data(), text, page.input.size(), i);
    if (run.IsFull()) SealRun(xaes, run);
  }
  SealRun(xaes, run);
  return Fault::kNone;
}

Fault OpenPages(const Kernel& kernel, const XaesKey& key, const PageBatch& batch, int64_t* first_failed) {
  *first_failed = -1;
  Xaes xaes(kernel, key);
  if (!xaes) return Fault::kNoMemory;
  size_t failed = batch.count();
  Run run;
  for (size_t i = 0; i < batch.count(); i++) {
    Page page;
    if (!PageAt<false>(batch, i, &page) || page.input.size() < kSealedPageExtraBytes) {
      failed = std::min(failed, i);
      continue;
    }
    const uint8_t* const text = page.input.data() + kXaesNonceBytes;
    run.Add(page.input.data(), page.aad, text, page.output.data(), page.output.size(), i);
    if (run.IsFull()) OpenRun(xaes, run, &failed);
  }
  OpenRun(xaes, run, &failed);
  if (failed < batch.count()) *first_failed = static_cast<int64_t>(failed);
  return Fault::kNone;
}

}  // namespace cryptable
