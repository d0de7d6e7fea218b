// What the processor, and the operating system under it, let a kernel use.
#pragma once

#include <cstdint>

namespace cryptable {

inline constexpr uint32_t kCpuAesni = 1 << 0;   // AES-NI, SSSE3 and SSE4.1
inline constexpr uint32_t kCpuPclmul = 1 << 1;  // PCLMULQDQ
inline constexpr uint32_t kCpuAvx512 = 1 << 2;  // F, VL, BW, DQ, VBMI and BMI2, the registers saved by the OS
inline constexpr uint32_t kCpuVaes = 1 << 3;    // VAES
inline constexpr uint32_t kCpuVpclmul = 1 << 4;   // VPCLMULQDQ
inline constexpr uint32_t kCpuAvx2 = 1 << 5;      // AVX2, the registers saved by the OS
inline constexpr uint32_t kCpuArmAes = 1 << 6;    // AESE and AESMC
inline constexpr uint32_t kCpuArmPmull = 1 << 7;  // PMULL of 64 bits
inline constexpr uint32_t kCpuArmSha3 = 1 << 8;   // EOR3 and its like

uint32_t CpuFeatures();

}  // namespace cryptable
