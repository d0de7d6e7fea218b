// AES-NI with PCLMULQDQ: a block in each register.
#include "x86_run.h"

namespace cryptable {

namespace {

struct Sse : Xmm {
  static constexpr size_t kSteps = kVectors;
  static constexpr size_t kSecondVector = 1;
  template <size_t kPowers>
  using Powers = BlockPowers<Sse, kPowers>;
  using Held = InMemory<Sse>;

  INLINE static V LoadPart(const uint8_t* from, size_t bytes) {
    if (bytes >= kBlockBytes) return Load(from);
    uint8_t block[kBlockBytes] = {};
    memcpy(block, from, bytes);
    return Load(block);
  }
  INLINE static V StorePart(uint8_t* to, size_t bytes, V x) {
    if (bytes >= kBlockBytes) {
      Store(to, x);
      return x;
    }
    uint8_t block[kBlockBytes];
    Store(block, x);
    memcpy(to, block, bytes);
    return LoadPart(block, bytes);
  }
  INLINE static V Combine(const __m128i* block) { return *block; }
  INLINE static void Split(V x, __m128i* block) { *block = x; }
  INLINE static V AddLanesOfEach(const V* vector) { return *vector; }
  INLINE static V FirstBlock(__m128i x) { return x; }
  INLINE static V SecondBlock(__m128i x) { return x; }
  INLINE static V LastBlocks(V x) { return x; }
};

void ScrubRegisters() {
  __asm__ volatile(
      "pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
      "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7\n\t"
      "pxor %%xmm8, %%xmm8\n\tpxor %%xmm9, %%xmm9\n\tpxor %%xmm10, %%xmm10\n\tpxor %%xmm11, %%xmm11\n\t"
      "pxor %%xmm12, %%xmm12\n\tpxor %%xmm13, %%xmm13\n\tpxor %%xmm14, %%xmm14\n\tpxor %%xmm15, %%xmm15" ::
          : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
            "xmm12", "xmm13", "xmm14", "xmm15");
}

INLINE __m128i RoundKey(const RoundKeys& keys, size_t round) {
  return Xmm::Load(keys.bytes + round * kBlockBytes);
}

template <size_t kCount>
INLINE void EncryptTogether(const RoundKeys& keys, const uint8_t* input, uint8_t* output) {
  __m128i x[kCount];
  for (size_t i = 0; i < kCount; i++) {
    x[i] = Xmm::Xor(Xmm::Load(input + i * kBlockBytes), RoundKey(keys, 0));
  }
  for (size_t round = 1; round < kRounds; round++) {
    for (__m128i& block : x) block = Xmm::Aes(block, RoundKey(keys, round));
  }
  for (size_t i = 0; i < kCount; i++) {
    Xmm::Store(output + i * kBlockBytes, Xmm::AesLast(x[i], RoundKey(keys, kRounds)));
  }
}

}  // namespace

void AesniExpandKey(const uint8_t* key, RoundKeys* round_keys) {
  uint8_t hash_key[kBlockBytes];
  ExpandKeys<Xmm, 1>(key, round_keys->bytes, hash_key);
}

void AesniEncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count) {
  for (; count >= kVectors; count -= kVectors) {
    EncryptTogether<kVectors>(*round_keys, input, output);
    input += kVectors * kBlockBytes, output += kVectors * kBlockBytes;
  }
  for (; count >= 2; count -= 2) {
    EncryptTogether<2>(*round_keys, input, output);
    input += 2 * kBlockBytes, output += 2 * kBlockBytes;
  }
  if (count > 0) EncryptTogether<1>(*round_keys, input, output);
}

extern const Kernel kAesni{
    "aesni",    kCpuAesni | kCpuPclmul, AesniExpandKey,     AesniEncryptBlocks, SetUp<Sse>,
    Widen<Sse>, RunAll<Sse, true>,      RunAll<Sse, false>, ScrubRegisters};

}  // namespace cryptable
