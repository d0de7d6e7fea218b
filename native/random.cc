// getrandom(2) where it exists, else getentropy(3).
#include "random.h"

#include <cerrno>
#include <cstring>

#if defined(__linux__)
#include <sys/random.h>
#else
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif
#endif

namespace cryptable {

namespace {

// Bytes written, or a negative number.
long Draw(std::span<uint8_t> bytes) {
#if defined(__linux__)
  return getrandom(bytes.data(), bytes.size(), 0);
#else
  const size_t count = bytes.size() < 256 ? bytes.size() : 256;  // getentropy gives no more at a time
  return getentropy(bytes.data(), count) == 0 ? static_cast<long>(count) : -1;
#endif
}

}  // namespace

bool FillRandom(std::span<uint8_t> bytes) {
  std::span<uint8_t> rest = bytes;
  while (!rest.empty()) {
    const long drawn = Draw(rest);
    if (drawn < 0 && errno == EINTR) continue;
    if (drawn <= 0) {
      memset(bytes.data(), 0, bytes.size());
      return false;
    }
    rest = rest.subspan(static_cast<size_t>(drawn));
  }
  return true;
}

}  // namespace cryptable
