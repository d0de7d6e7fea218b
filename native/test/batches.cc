// Batches on every usable kernel: mixed lengths, any number of pages, pages of one batch and of several; what
// one kernel sealed is taken apart with the portable one, page by page.
#include <algorithm>

#include "check.h"
#include "kernels.h"
#include "page_table.h"

namespace cryptable {

namespace {

constexpr size_t kCounts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 31, 33};
constexpr size_t kLengths[] = {0,   1,   15,  16,   17,   63,   64,   65,   127,  128,  255,  256,  257,
                               511, 512, 513, 1008, 1023, 1024, 1025, 2048, 4080, 4095, 4096, 4097, 8192};

std::vector<size_t> MixedLengths(size_t count, Bytestream& stream) {
  std::vector<size_t> lengths;
  for (size_t i = 0; i < count; i++) lengths.push_back(kLengths[stream.Below(std::size(kLengths))]);
  return lengths;
}

std::vector<size_t> EqualLengths(size_t count, Bytestream& stream) {
  return std::vector<size_t>(count, kLengths[stream.Below(std::size(kLengths))]);
}

// Each page on its own, with its own nonce, through the kernel that shares nothing with the others.
void CheckSealed(Checks& checks, const char* name, const XaesKey& key, PageTable& pages) {
  Xaes portable(*UsableKernels().back(), key);
  for (size_t page = 0; page < pages.plain_bytes.size(); page++) {
    const WritableBytes sealed = pages.SealedPage(page);
    Buffer wanted(pages.plain_bytes[page] + kTagBytes);
    portable.Seal(sealed.first<kXaesNonceBytes>(), pages.Aad(page), pages.PlainPage(page), wanted);
    checks.That(std::equal(wanted.begin(), wanted.end(), sealed.begin() + kXaesNonceBytes),
                "%s: page %zu of %zu, %zu bytes, is sealed wrongly", name, page, pages.plain_bytes.size(),
                pages.plain_bytes[page]);
  }
}

void CheckOpened(Checks& checks, const Kernel& kernel, const XaesKey& key, const PageTable& pages) {
  Buffer opened(pages.plain.size(), 0xaa);
  int64_t first_failed = 7;
  const Fault fault = OpenPages(kernel, key, pages.ToOpen(opened), &first_failed);
  checks.That(fault == Fault::kNone && first_failed == -1 && opened == pages.plain,
              "%s: a batch of %zu pages does not open", kernel.name, pages.plain_bytes.size());
}

// One bit of one page is changed: that page is zeros, the others open, and it is the one that is told.
void CheckTampered(Checks& checks, const Kernel& kernel, const XaesKey& key, PageTable& pages,
                   Bytestream& stream) {
  const size_t changed = stream.Below(pages.plain_bytes.size());
  const WritableBytes sealed = pages.SealedPage(changed);
  const size_t bit = stream.Below(8 * sealed.size());
  sealed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  Buffer wanted = pages.plain;
  const Bytes plain = pages.PlainPage(changed);
  std::fill_n(wanted.begin() + (plain.data() - pages.plain.data()), plain.size(), uint8_t{0});
  Buffer opened(pages.plain.size(), 0xaa);
  int64_t first_failed = 7;
  const Fault fault = OpenPages(kernel, key, pages.ToOpen(opened), &first_failed);
  checks.That(fault == Fault::kNone && first_failed == static_cast<int64_t>(changed) && opened == wanted,
              "%s: a tampered page %zu of %zu is not handled", kernel.name, changed,
              pages.plain_bytes.size());
  sealed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
}

// As a store does it: pages that were sealed at different times, and so under different derived keys.
void CheckReshuffled(Checks& checks, const Kernel& kernel, const XaesKey& key, PageTable& pages) {
  const size_t count = pages.plain_bytes.size();
  for (size_t i = 0; i < count; i += 1 + i % 3) {
    PageBatch one = pages.ToSeal();
    one.table = one.table.subspan(i * PageBatch::kStride, PageBatch::kStride);
    checks.That(SealPages(kernel, key, one) == Fault::kNone, "%s: page %zu alone", kernel.name, i);
  }
  CheckOpened(checks, kernel, key, pages);
}

void CheckInPlace(Checks& checks, const Kernel& kernel, const XaesKey& key, size_t bytes,
                  Bytestream& stream) {
  constexpr size_t kCount = 7;
  const size_t sealed_bytes = bytes + kSealedPageExtraBytes;
  std::vector<uint32_t> sealing, opening;
  Buffer arena = stream.Bytes(kCount * sealed_bytes);
  const Buffer aad = stream.Bytes(48);
  for (size_t i = 0; i < kCount; i++) {
    const size_t at = i * sealed_bytes, text = at + kXaesNonceBytes;
    for (const size_t number : {text, bytes, at, size_t{0}, aad.size()}) {
      sealing.push_back(static_cast<uint32_t>(number));
    }
    for (const size_t number : {at, sealed_bytes, text, size_t{0}, aad.size()}) {
      opening.push_back(static_cast<uint32_t>(number));
    }
  }
  const Buffer before = arena;
  const PageBatch to_seal{arena, arena, aad, sealing}, to_open{arena, arena, aad, opening};
  checks.That(IsSealable(to_seal) && IsOpenable(to_open), "pages of %zu bytes may not lie in place", bytes);
  int64_t first_failed = 7;
  const bool is_done = SealPages(kernel, key, to_seal) == Fault::kNone &&
                       OpenPages(kernel, key, to_open, &first_failed) == Fault::kNone;
  checks.That(is_done && first_failed == -1, "%s: %zu bytes in place do not open", kernel.name, bytes);
  for (size_t i = 0; i < kCount; i++) {
    const auto text = static_cast<ptrdiff_t>(i * sealed_bytes + kXaesNonceBytes);
    checks.That(std::equal(arena.begin() + text, arena.begin() + text + static_cast<ptrdiff_t>(bytes),
                           before.begin() + text),
                "%s: page %zu of %zu bytes in place opens wrongly", kernel.name, i, bytes);
  }
}

void CheckBatch(Checks& checks, const Kernel& kernel, const XaesKey& key, const std::vector<size_t>& lengths,
                Bytestream& stream) {
  PageTable pages(lengths, stream);
  checks.That(IsSealable(pages.ToSeal()), "%zu pages are refused", lengths.size());
  checks.That(SealPages(kernel, key, pages.ToSeal()) == Fault::kNone, "%s seals nothing", kernel.name);
  CheckSealed(checks, kernel.name, key, pages);
  CheckOpened(checks, kernel, key, pages);
  if (!lengths.empty()) CheckTampered(checks, kernel, key, pages, stream);
  CheckReshuffled(checks, kernel, key, pages);
}

}  // namespace

int Main() {
  Checks checks;
  Bytestream stream(1);
  Secret<XaesKey> key;
  if (!key) return 1;
  const Buffer bytes = stream.Bytes(kKeyBytes);
  SetUpXaesKey(KeyBytes(bytes.data(), kKeyBytes), &*key);
  for (const Kernel* kernel : UsableKernels()) {
    printf("kernel %s\n", kernel->name);
    for (const size_t count : kCounts) {
      CheckBatch(checks, *kernel, *key, EqualLengths(count, stream), stream);
      CheckBatch(checks, *kernel, *key, MixedLengths(count, stream), stream);
    }
    for (const size_t length : kLengths) CheckInPlace(checks, *kernel, *key, length, stream);
  }
  return checks.Verdict();
}

}  // namespace cryptable

int main() { return cryptable::Main(); }
