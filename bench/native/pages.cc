// Fills and cuts the buffers.
#include "pages.h"

#include <cstdlib>
#include <cstring>
#include <random>

namespace cryptable::bench {

namespace {

constexpr size_t kEngineNonceBytes = 24;
constexpr size_t kAlignment = 4096;

// The same bytes in every run: a bench is not a place for secrets.
void Fill(uint8_t* bytes, size_t count) {
  static std::mt19937_64 numbers(1);
  for (size_t i = 0; i < count; i++) bytes[i] = static_cast<uint8_t>(numbers());
}

}  // namespace

void Pages::Free::operator()(uint8_t* memory) const { free(memory); }

// Every byte is written, so that no turn pays for memory the system has promised only.
Pages::Buffer Pages::NewBuffer(size_t bytes) {
  const size_t whole = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  Buffer buffer(static_cast<uint8_t*>(aligned_alloc(kAlignment, whole)));
  if (!buffer) abort();
  memset(buffer.get(), 0, whole);
  return buffer;
}

Pages::Pages(size_t page_bytes, size_t count, Layout layout)
    : page_bytes_(page_bytes),
      sealed_stride_(layout == Layout::kApart ? page_bytes : kEngineNonceBytes + page_bytes + kBenchTagBytes),
      plain_(NewBuffer(count * page_bytes)),
      sealed_(NewBuffer(count * sealed_stride_)),
      opened_(NewBuffer(count * page_bytes)),
      aad_(NewBuffer(count * kBenchAadBytes)),
      nonces_(NewBuffer(count * kBenchNonceBytes)),
      tags_(NewBuffer(count * kBenchTagBytes)) {
  Fill(key_, sizeof(key_));
  Fill(plain_.get(), count * page_bytes);
  Fill(aad_.get(), count * kBenchAadBytes);
  Fill(nonces_.get(), count * kBenchNonceBytes);
  const size_t before = layout == Layout::kApart ? 0 : kEngineNonceBytes;
  for (size_t i = 0; i < count; i++) {
    uint8_t* const sealed = sealed_.get() + i * sealed_stride_ + before;
    uint8_t* const tag = layout == Layout::kApart ? tags_.get() + i * kBenchTagBytes : sealed + page_bytes;
    pages_.push_back({nonces_.get() + i * kBenchNonceBytes, aad_.get() + i * kBenchAadBytes,
                      plain_.get() + i * page_bytes, sealed, tag, opened_.get() + i * page_bytes});
  }
}

}  // namespace cryptable::bench
