// Compares the extents of memory that the pages of a batch read and write.
#include "overlap.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace cryptable {

namespace {

struct Extent {
  uintptr_t start;
  uintptr_t end;
  bool is_written;

  bool IsEmpty() const { return start == end; }
};

struct PageExtents {
  Extent written, input, aad;
};

// Another thread may be writing there.
uint32_t ReadOnce(const uint32_t& number) { return __atomic_load_n(&number, __ATOMIC_RELAXED); }

uintptr_t AddressIn(std::span<const uint8_t> buffer) { return reinterpret_cast<uintptr_t>(buffer.data()); }

// A page that is sealed or opened in place writes its sealed form, and reads nothing else of its own.
template <bool kSealing>
[[gnu::always_inline]] inline PageExtents ExtentsAt(const PageBatch& batch, const uint32_t* row) {
  const size_t input_bytes = ReadOnce(row[1]);
  const size_t text_bytes = std::max(input_bytes, kSealedPageExtraBytes) - kSealedPageExtraBytes;
  const uintptr_t input = AddressIn(batch.input) + ReadOnce(row[0]);
  const uintptr_t output = AddressIn(batch.output) + ReadOnce(row[2]);
  const uintptr_t aad = AddressIn(batch.aad) + ReadOnce(row[3]);
  PageExtents page{{output, output + (kSealing ? input_bytes + kSealedPageExtraBytes : text_bytes), true},
                   {input, input + input_bytes, false},
                   {aad, aad + ReadOnce(row[4]), false}};
  const Extent& text = kSealing ? page.input : page.written;
  const Extent& sealed = kSealing ? page.written : page.input;
  if (text.start != sealed.start + kXaesNonceBytes || text.IsEmpty()) return page;
  page.written = {sealed.start, sealed.end, true};
  page.input = {0, 0, false};
  return page;
}

// What lies between the lowest start and the highest end of some extents.
class Hull {
 public:
  [[gnu::always_inline]] void Add(const Extent& extent) {
    if (extent.IsEmpty()) return;
    low_ = std::min(low_, extent.start);
    high_ = std::max(high_, extent.end);
  }
  uintptr_t end() const { return high_; }
  bool IsApartFrom(const Hull& other) const { return high_ <= other.low_ || other.high_ <= low_; }

 private:
  uintptr_t low_ = UINTPTR_MAX;
  uintptr_t high_ = 0;
};

// True for most batches that are in order: written from low to high, apart from all that is read.
template <bool kSealing>
bool IsPlainlyApart(const PageBatch& batch) {
  Hull written, inputs, aads;
  const uint32_t* const end = batch.table.data() + batch.count() * PageBatch::kStride;
  for (const uint32_t* row = batch.table.data(); row < end; row += PageBatch::kStride) {
    const PageExtents page = ExtentsAt<kSealing>(batch, row);
    if (page.written.start < written.end() && !page.written.IsEmpty()) return false;
    written.Add(page.written);
    inputs.Add(page.input);
    aads.Add(page.aad);
  }
  return written.IsApartFrom(inputs) && written.IsApartFrom(aads);
}

// By their starts: each has to begin behind the end of what was written so far, and what is written behind
// the end of what was read.
bool AreApart(std::span<Extent> extents) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.start < b.start; });
  uintptr_t written_end = 0, read_end = 0;
  for (const Extent& extent : extents) {
    if (extent.start < written_end || (extent.is_written && extent.start < read_end)) return false;
    uintptr_t& end = extent.is_written ? written_end : read_end;
    end = std::max(end, extent.end);
  }
  return true;
}

template <bool kSealing>
Fault Check(const PageBatch& batch) {
  if (IsPlainlyApart<kSealing>(batch)) return Fault::kNone;
  // Not new[]: its failure would be an exception.
  const std::unique_ptr<Extent, decltype(&free)> extents(
      static_cast<Extent*>(malloc(3 * batch.count() * sizeof(Extent))), free);
  if (extents == nullptr) return Fault::kNoMemory;
  size_t count = 0;
  for (size_t i = 0; i < batch.count(); i++) {
    const PageExtents page = ExtentsAt<kSealing>(batch, &batch.table[i * PageBatch::kStride]);
    for (const Extent& extent : {page.written, page.input, page.aad}) {
      if (!extent.IsEmpty()) extents.get()[count++] = extent;
    }
  }
  return AreApart({extents.get(), count}) ? Fault::kNone : Fault::kPagesOverlap;
}

}  // namespace

Fault CheckOverlap(const PageBatch& batch, Direction direction) {
  return direction == Direction::kSeal ? Check<true>(batch) : Check<false>(batch);
}

}  // namespace cryptable
