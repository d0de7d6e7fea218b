// In assembly, so that no compiler has a say: thirteen chains of AES, each further by a round in each group
// of instructions, wait for nothing but the processor's ports.
#include "roofline.h"

#include "kernels.h"

namespace cryptable::bench {

namespace {

#if defined(__x86_64__)

#define AES(W, n) "vaesenc %%" W "13, %%" W #n ", %%" W #n "\n\t"
#define CLMUL(W) "vpclmulqdq $0, %%" W "13, %%" W "14, %%" W "15\n\t"
#define SHUFFLE(W) "vpshufb %%" W "13, %%" W "14, %%" W "15\n\t"
#define XOR(W, OP) OP " %%" W "13, %%" W "14, %%" W "15\n\t"
#define NONE(W, OP) ""
#define ONE_CLMUL(W, OP) CLMUL(W)
#define CLMUL_AND_XOR(W, OP) CLMUL(W) XOR(W, OP)
#define REST(W, OP) SHUFFLE(W)

// AES takes turns with what else there is.
#define FOUR_AES(W, a, b, c, d) AES(W, a) AES(W, b) AES(W, c) AES(W, d)
#define WITH_AES(W, OP, BETWEEN, LAST) \
  FOUR_AES(W, 0, 1, 2, 3)              \
  BETWEEN(W, OP)                       \
  FOUR_AES(W, 4, 5, 6, 7) BETWEEN(W, OP) FOUR_AES(W, 8, 9, 10, 11) BETWEEN(W, OP) AES(W, 12) LAST(W, OP)

#define REGISTERS                                                                                            \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
      "xmm13", "xmm14", "xmm15"

// Four groups a turn of the loop, or its own two instructions would count.
#define LOOP(name, GROUP)                                                                  \
  bool name(size_t groups) {                                                               \
    size_t left = groups / 4 + 1;                                                          \
    __asm__ volatile("1:\n\t" GROUP GROUP GROUP GROUP "dec %0\n\tjnz 1b\n\tvzeroupper\n\t" \
                     : "+r"(left)                                                          \
                     :                                                                     \
                     : REGISTERS, "cc");                                                   \
    return true;                                                                           \
  }

#define LOOPS(width, W, OP)                            \
  LOOP(Aes##width, WITH_AES(W, OP, NONE, NONE))        \
  LOOP(Clmul##width, CLMUL(W) CLMUL(W) CLMUL(W))       \
  LOOP(Mixed##width, WITH_AES(W, OP, ONE_CLMUL, NONE)) \
  LOOP(Roofline##width, WITH_AES(W, OP, CLMUL_AND_XOR, REST))

LOOPS(512, "zmm", "vpxorq")
LOOPS(256, "ymm", "vpxor")
LOOPS(128, "xmm", "vpxor")

struct Loops {
  const char* kernel;
  size_t groups_per_unit;  // registers that hold 64 bytes
  bool (*aes)(size_t);
  bool (*clmul)(size_t);
  bool (*mixed)(size_t);
  bool (*roofline)(size_t);
};

const Loops kLoops[] = {
    {"vaes512", 1, Aes512, Clmul512, Mixed512, Roofline512},
    {"vaes256", 2, Aes256, Clmul256, Mixed256, Roofline256},
    {"aesni", 4, Aes128, Clmul128, Mixed128, Roofline128},
};

bool IsUsable(const Loops& loops) {
  if (!__builtin_cpu_supports("avx")) return false;
  for (const Kernel* kernel : UsableKernels()) {
    if (std::string(kernel->name) == loops.kernel) return true;
  }
  return false;
}

// As much as a batch of pages takes, about.
constexpr size_t kUnits = 16384;

Contestant Of(const Loops& loops, const char* what, bool (*loop)(size_t)) {
  const size_t groups = loops.groups_per_unit;
  return {std::string(loops.kernel) + what, kUnits, [=](size_t count) { return loop(count * groups); }};
}

#endif

}  // namespace

Contestants RooflineParts() {
  Contestants parts;
#if defined(__x86_64__)
  for (const Loops& loops : kLoops) {
    if (!IsUsable(loops)) continue;
    parts.push_back(Of(loops, "_aes", loops.aes));
    parts.push_back(Of(loops, "_clmul", loops.clmul));
    parts.push_back(Of(loops, "_mixed", loops.mixed));
  }
#endif
  return parts;
}

Contestants Rooflines() {
  Contestants rooflines;
#if defined(__x86_64__)
  for (const Loops& loops : kLoops) {
    if (IsUsable(loops)) rooflines.push_back(Of(loops, "_roofline", loops.roofline));
  }
#endif
  return rooflines;
}

}  // namespace cryptable::bench
