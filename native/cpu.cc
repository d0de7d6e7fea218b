// Asks CPUID and XGETBV; on processors that are not x86-64 there is nothing to ask.
#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
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

// Intel SDM, volume 1, section 15.2: SSE, AVX, mask registers and both halves of the wide ones.
bool OsSavesWideRegisters(const Leaf& basic) {
  if (!Has(basic.ecx, bit_OSXSAVE)) return false;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return Has(low, 0b1110'0110);
}

}  // namespace

uint32_t CpuFeatures() {
  const Leaf basic(1);
  const Leaf extended(7);
  uint32_t features = 0;
  if (Has(basic.ecx, bit_AES | bit_SSSE3 | bit_SSE4_1)) features |= kCpuAesni;
  if (Has(basic.ecx, bit_PCLMUL)) features |= kCpuPclmul;
  if (!OsSavesWideRegisters(basic)) return features;
  const uint32_t wide = bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ | bit_BMI2;
  if (Has(extended.ebx, wide)) features |= kCpuAvx512;
  if (Has(extended.ecx, bit_VAES)) features |= kCpuVaes;
  if (Has(extended.ecx, bit_VPCLMULQDQ)) features |= kCpuVpclmul;
  return features;
}

#else

uint32_t CpuFeatures() { return 0; }

#endif

}  // namespace cryptable
