// What the programs that prove the cipher share: checks that say what failed, and bytes that come out the
// same every time.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "cipher.h"

namespace cryptable {

using Buffer = std::vector<uint8_t>;

class Checks {
 public:
  // Says what was wrong, the first few times.
  [[gnu::format(printf, 3, 4)]] void That(bool is_true, const char* format, ...) {
    count_++;
    if (is_true || failures_++ >= kSaidMax) return;
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
  }

  // What main returns. A program that checked nothing has failed.
  int Verdict() const {
    printf("%zu checks, %zu failures\n", count_, failures_);
    return count_ > 0 && failures_ == 0 ? 0 : 1;
  }

 private:
  static constexpr size_t kSaidMax = 20;

  size_t count_ = 0;
  size_t failures_ = 0;
};

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): quick, and the same bytes for the same seed.
class Bytestream {
 public:
  explicit Bytestream(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }

  size_t Below(size_t bound) { return static_cast<size_t>(Next() % bound); }

  void Fill(std::span<uint8_t> bytes) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Next());
  }

  Buffer Bytes(size_t count) {
    Buffer bytes(count);
    Fill(bytes);
    return bytes;
  }

 private:
  uint64_t state_;
};

inline bool AreZeros(Bytes bytes) {
  for (const uint8_t byte : bytes) {
    if (byte != 0) return false;
  }
  return true;
}

}  // namespace cryptable
