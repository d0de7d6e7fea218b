// What the processor, and the operating system under it, let a kernel use.
#pragma once

#include <cstdint>

namespace cryptable {

inline constexpr uint32_t kCpuAesni = 1 << 0;    // AES-NI, SSSE3 and SSE4.1
inline constexpr uint32_t kCpuPclmul = 1 << 1;   // PCLMULQDQ
inline constexpr uint32_t kCpuAvx512 = 1 << 2;   // F, VL, BW, DQ and BMI2, the wide registers saved by the OS
inline constexpr uint32_t kCpuVaes = 1 << 3;     // VAES
inline constexpr uint32_t kCpuVpclmul = 1 << 4;  // VPCLMULQDQ

uint32_t CpuFeatures();

}  // namespace cryptable
