// Pages of one size with their nonces and associated data, laid out once for every contestant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cryptable::bench {

inline constexpr size_t kBenchKeyBytes = 32;
inline constexpr size_t kBenchNonceBytes = 12;
inline constexpr size_t kBenchTagBytes = 16;
// What the page engine authenticates with each page.
inline constexpr size_t kBenchAadBytes = 52;

struct Page {
  const uint8_t* nonce;
  const uint8_t* aad;
  const uint8_t* plain;
  uint8_t* sealed;  // as long as `plain`
  uint8_t* tag;
  uint8_t* opened;
};

// kApart: texts one after the other from the start of a cache line, tags elsewhere; the best case for all.
// kEngine: as batches of the product lie, nonce (24) | text | tag (16).
enum class Layout { kApart, kEngine };

class Pages {
 public:
  Pages(size_t page_bytes, size_t count, Layout layout);

  const uint8_t* key() const { return key_; }
  size_t page_bytes() const { return page_bytes_; }
  size_t count() const { return pages_.size(); }
  const std::vector<Page>& all() const { return pages_; }

  // The buffers behind the pages, for who takes them whole. Of kApart the third has the texts alone.
  const uint8_t* plain() const { return plain_.get(); }
  const uint8_t* aad() const { return aad_.get(); }
  uint8_t* sealed() const { return sealed_.get(); }
  uint8_t* opened() const { return opened_.get(); }
  size_t sealed_stride() const { return sealed_stride_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const;
  };
  using Buffer = std::unique_ptr<uint8_t[], Free>;

  static Buffer NewBuffer(size_t bytes);

  size_t page_bytes_;
  size_t sealed_stride_;
  uint8_t key_[kBenchKeyBytes];
  Buffer plain_, sealed_, opened_, aad_, nonces_, tags_;
  std::vector<Page> pages_;
};

}  // namespace cryptable::bench
