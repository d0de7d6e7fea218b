// Asks CPUID and XGETBV on x86-64, the operating system on 64-bit Arm; elsewhere there is nothing to ask.
#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace cryptable {

#if defined(__x86_64__)

namespace {

struct Leaf {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;

  // A leaf that the processor does not have reads as zeros.
  explicit Leaf(uint32_t number) { __get_cpuid_count(number, 0, &eax, &ebx, &ecx, &edx); }
};

bool Has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

// Intel SDM, volume 1, section 15.2: bits of XCR0.
constexpr uint32_t kSseAndAvx = 0b0000'0110;
constexpr uint32_t kAvx512 = 0b1110'0110;  // these, the mask registers and both halves of the widest ones

// What the operating system saves when it switches between threads.
uint32_t SavedRegisters(const Leaf& basic) {
  if (!Has(basic.ecx, bit_OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

}  // namespace

uint32_t CpuFeatures() {
  const Leaf basic(1);
  const Leaf extended(7);
  const uint32_t saved = SavedRegisters(basic);
  uint32_t features = 0;
  if (Has(basic.ecx, bit_AES | bit_SSSE3 | bit_SSE4_1)) features |= kCpuAesni;
  if (Has(basic.ecx, bit_PCLMUL)) features |= kCpuPclmul;
  if (!Has(saved, kSseAndAvx)) return features;
  if (Has(extended.ebx, bit_AVX2)) features |= kCpuAvx2;
  if (Has(extended.ecx, bit_VAES)) features |= kCpuVaes;
  if (Has(extended.ecx, bit_VPCLMULQDQ)) features |= kCpuVpclmul;
  if (!Has(saved, kAvx512)) return features;
  const uint32_t wide = bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ | bit_BMI2;
  if (Has(extended.ebx, wide) && Has(extended.ecx, bit_AVX512VBMI)) features |= kCpuAvx512;
  return features;
}

#elif defined(__aarch64__) && defined(__linux__)

uint32_t CpuFeatures() {
  const unsigned long capabilities = getauxval(AT_HWCAP);
  uint32_t features = 0;
  if ((capabilities & HWCAP_AES) != 0) features |= kCpuArmAes;
  if ((capabilities & HWCAP_PMULL) != 0) features |= kCpuArmPmull;
  if ((capabilities & HWCAP_SHA3) != 0) features |= kCpuArmSha3;
  return features;
}

#elif defined(__aarch64__) && defined(__APPLE__)

namespace {

bool Has(const char* name) {
  int value = 0;
  size_t bytes = sizeof(value);
  return sysctlbyname(name, &value, &bytes, nullptr, 0) == 0 && value != 0;
}

}  // namespace

uint32_t CpuFeatures() {
  uint32_t features = 0;
  if (Has("hw.optional.arm.FEAT_AES")) features |= kCpuArmAes;
  if (Has("hw.optional.arm.FEAT_PMULL")) features |= kCpuArmPmull;
  if (Has("hw.optional.arm.FEAT_SHA3")) features |= kCpuArmSha3;
  return features;
}

#else

uint32_t CpuFeatures() { return 0; }

#endif

}  // namespace cryptable
