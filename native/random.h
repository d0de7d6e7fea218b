// Random bytes from the operating system's own generator.
#pragma once

#include <cstdint>
#include <span>

namespace cryptable {

// False when the system has none to give; `bytes` are zeros then, and the caller must stop. A generator
// inside the process would not notice that a virtual machine was copied, so none is used (R-NON-1).
[[nodiscard]] bool FillRandom(std::span<uint8_t> bytes);

}  // namespace cryptable
