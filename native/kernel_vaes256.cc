// VAES with VPCLMULQDQ on 256-bit registers, for processors without wider ones: two blocks in each.
#include "x86_run.h"

namespace cryptable {

namespace {

struct Ymm {
  using V = __m256i;
  static constexpr size_t kLanes = 2;
  static constexpr size_t kSteps = kVectors;
  static constexpr size_t kSecondVector = 0;
  template <size_t kPowers>
  using Powers = BlockPowers<Ymm, kPowers>;
  using Held = InMemory<Ymm>;

  INLINE static V Load(const void* from) { return _mm256_loadu_si256(static_cast<const V*>(from)); }
  INLINE static V LoadBlocks(const void* from) { return Load(from); }
  INLINE static void Store(void* to, V x) { _mm256_storeu_si256(static_cast<V*>(to), x); }
  // As many bytes as a vector has, or all there are, and zeros.
  INLINE static V LoadPart(const uint8_t* from, size_t bytes) {
    if (bytes >= kVectorBytes<Ymm>) return Load(from);
    uint8_t vector[kVectorBytes<Ymm>] = {};
    memcpy(vector, from, bytes);
    return Load(vector);
  }
  INLINE static V StorePart(uint8_t* to, size_t bytes, V x) {
    if (bytes >= kVectorBytes<Ymm>) {
      Store(to, x);
      return x;
    }
    uint8_t vector[kVectorBytes<Ymm>];
    Store(vector, x);
    memcpy(to, vector, bytes);
    return LoadPart(vector, bytes);
  }
  INLINE static V Broadcast(__m128i x) { return _mm256_broadcastsi128_si256(x); }
  INLINE static V BroadcastFirst(V x) { return _mm256_broadcastsi128_si256(_mm256_castsi256_si128(x)); }
  INLINE static V Zero() { return _mm256_setzero_si256(); }
  INLINE static V Xor(V a, V b) { return _mm256_xor_si256(a, b); }
  INLINE static V Xor(V a, V b, V c) { return Xor(a, Xor(b, c)); }
  INLINE static V AddWords(V a, V b) { return _mm256_add_epi32(a, b); }
  INLINE static V Aes(V x, V key) { return _mm256_aesenc_epi128(x, key); }
  INLINE static V AesLast(V x, V key) { return _mm256_aesenclast_epi128(x, key); }
  template <int kHalves>
  INLINE static V Multiply(V a, V b) {
    return _mm256_clmulepi64_epi128(a, b, kHalves);
  }
  INLINE static V ShuffleBytes(V x, V order) { return _mm256_shuffle_epi8(x, order); }
  INLINE static V Reverse(V x) {
    return ShuffleBytes(x, Broadcast(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
  }
  INLINE static V SwapHalves(V x) { return _mm256_shuffle_epi32(x, 0x4e); }
  INLINE static V LowToHigh(V x) { return _mm256_bslli_epi128(x, 8); }
  INLINE static V HighToLow(V x) { return _mm256_bsrli_epi128(x, 8); }
  INLINE static V ShiftLeft4(V x) { return _mm256_bslli_epi128(x, 4); }
  INLINE static V DoubleWords(V x) { return _mm256_add_epi32(x, x); }
  INLINE static __m128i AddLanes(V x) {
    return _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  }
  // The next functions take a block, or a vector, for each lane.
  INLINE static V Combine(const __m128i* blocks) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(blocks[0]), blocks[1], 1);
  }
  INLINE static void Split(V x, __m128i* blocks) {
    blocks[0] = _mm256_castsi256_si128(x);
    blocks[1] = _mm256_extracti128_si256(x, 1);
  }
  INLINE static V AddLanesOfEach(const V* vectors) {
    return Xor(_mm256_permute2x128_si256(vectors[0], vectors[1], 0x20),
               _mm256_permute2x128_si256(vectors[0], vectors[1], 0x31));
  }
  INLINE static V FirstBlock(__m128i x) { return _mm256_zextsi128_si256(x); }
  INLINE static V SecondBlock(__m128i x) { return _mm256_inserti128_si256(Zero(), x, 1); }
  INLINE static V LastBlocks(V x) { return x; }
};

void ScrubRegisters() {
  __asm__ volatile("vzeroall" ::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                         "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

}  // namespace

extern const Kernel kVaes256{"vaes256",         kCpuAesni | kCpuPclmul | kCpuAvx2 | kCpuVaes | kCpuVpclmul,
                             AesniExpandKey,    AesniEncryptBlocks,
                             SetUp<Ymm>,        Widen<Ymm>,
                             RunAll<Ymm, true>, RunAll<Ymm, false>,
                             ScrubRegisters};

}  // namespace cryptable
