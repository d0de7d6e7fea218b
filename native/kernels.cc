// The list of kernels, best first, and which of them this processor can run.
#include "kernels.h"

#include <array>

#include "cpu.h"

namespace cryptable {

extern const Kernel kPortable;
#if defined(__x86_64__)
extern const Kernel kAesni;
extern const Kernel kVaes256;
extern const Kernel kVaes512;
#elif defined(__aarch64__)
extern const Kernel kArmv8;
extern const Kernel kArmv8Eor3;
#endif

namespace {

const Kernel* const kBestFirst[] = {
#if defined(__x86_64__)
    &kVaes512,
    &kVaes256,
    &kAesni,
#elif defined(__aarch64__)
    &kArmv8Eor3,
    &kArmv8,
#endif
    &kPortable,
};

// Found out when the addon is loaded.
const struct Usable {
  std::array<const Kernel*, std::size(kBestFirst)> kernels{};
  size_t count = 0;

  Usable() {
    const uint32_t features = CpuFeatures();
    for (const Kernel* kernel : kBestFirst) {
      if ((kernel->cpu_features & ~features) == 0) kernels[count++] = kernel;
    }
  }
} usable;

}  // namespace

std::span<const Kernel* const> UsableKernels() { return {usable.kernels.data(), usable.count}; }

const Kernel& BestKernel() { return *UsableKernels().front(); }

}  // namespace cryptable
