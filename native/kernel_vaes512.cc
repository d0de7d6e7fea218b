// VAES with VPCLMULQDQ on 512-bit registers: four blocks in each.
#include "x86_run.h"

namespace cryptable {

namespace {

template <typename Isa, size_t kPowers>
struct SplitPowers;

struct Zmm {
  using V = __m512i;
  static constexpr size_t kLanes = 4;
  static constexpr size_t kSteps = 4;
  static constexpr size_t kSecondVector = 0;
  template <size_t kPowers>
  using Powers = SplitPowers<Zmm, kPowers>;
  // Stores so wide are not fit to be loaded again soon after.
  using Held = InRegisters<Zmm>;

  INLINE static V Load(const void* from) { return _mm512_loadu_si512(from); }
  INLINE static V LoadBlocks(const void* from) { return Load(from); }
  INLINE static void Store(void* to, V x) { _mm512_storeu_si512(to, x); }
  // As many bytes as a vector has, or all there are, and zeros.
  INLINE static V LoadPart(const uint8_t* from, size_t bytes) {
    return _mm512_maskz_loadu_epi8(MaskOf(bytes), from);
  }
  INLINE static V StorePart(uint8_t* to, size_t bytes, V x) {
    if (bytes >= kVectorBytes<Zmm>) {
      Store(to, x);
      return x;
    }
    _mm512_mask_storeu_epi8(to, MaskOf(bytes), x);
    return _mm512_maskz_mov_epi8(MaskOf(bytes), x);
  }
  INLINE static __mmask64 MaskOf(size_t bytes) {
    return _bzhi_u64(~uint64_t{0}, static_cast<uint32_t>(bytes < 64 ? bytes : 64));
  }
  INLINE static V Broadcast(__m128i x) { return _mm512_broadcast_i32x4(x); }
  INLINE static V BroadcastFirst(V x) { return _mm512_broadcast_i32x4(_mm512_castsi512_si128(x)); }
  INLINE static V Zero() { return _mm512_setzero_si512(); }
  INLINE static V Xor(V a, V b) { return _mm512_xor_si512(a, b); }
  INLINE static V Xor(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
  INLINE static V AddWords(V a, V b) { return _mm512_add_epi32(a, b); }
  INLINE static V Aes(V x, V key) { return _mm512_aesenc_epi128(x, key); }
  INLINE static V AesLast(V x, V key) { return _mm512_aesenclast_epi128(x, key); }
  template <int kHalves>
  INLINE static V Multiply(V a, V b) {
    return _mm512_clmulepi64_epi128(a, b, kHalves);
  }
  INLINE static V ShuffleBytes(V x, V order) { return _mm512_shuffle_epi8(x, order); }
  INLINE static V Reverse(V x) {
    return ShuffleBytes(x, Broadcast(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
  }
  INLINE static V SwapHalves(V x) { return _mm512_shuffle_epi32(x, _MM_PERM_BADC); }
  INLINE static V LowToHigh(V x) { return _mm512_bslli_epi128(x, 8); }
  INLINE static V HighToLow(V x) { return _mm512_bsrli_epi128(x, 8); }
  INLINE static V ShiftLeft4(V x) { return _mm512_bslli_epi128(x, 4); }
  INLINE static V DoubleWords(V x) { return _mm512_add_epi32(x, x); }
  INLINE static __m128i AddLanes(V x) {
    const __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  }
  // The next functions take a block, or a vector, for each lane.
  INLINE static V Combine(const __m128i* blocks) {
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(blocks[0]), blocks[1], 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(blocks[2]), blocks[3], 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  INLINE static void Split(V x, __m128i* blocks) {
    blocks[0] = _mm512_castsi512_si128(x);
    blocks[1] = _mm512_extracti32x4_epi32(x, 1);
    blocks[2] = _mm512_extracti32x4_epi32(x, 2);
    blocks[3] = _mm512_extracti32x4_epi32(x, 3);
  }
  INLINE static V AddLanesOfEach(const V* vectors) {
    const V low = AddHalvesOfEach(vectors[0], vectors[1]);
    return AddHalvesOfEach(low, AddHalvesOfEach(vectors[2], vectors[3]));
  }
  // Lanes 0 and 1 of the first, then of the second, with the lane that follows each.
  INLINE static V AddHalvesOfEach(V a, V b) {
    return Xor(_mm512_shuffle_i64x2(a, b, 0x88), _mm512_shuffle_i64x2(a, b, 0xdd));
  }
  INLINE static V FirstBlock(__m128i x) { return _mm512_zextsi128_si512(x); }
  INLINE static V SecondBlock(__m128i x) { return _mm512_inserti32x4(Zero(), x, 1); }
  INLINE static V LastBlocks(V x) { return _mm512_maskz_mov_epi64(0xf0, x); }
};

// Where bytes of eight blocks come from, for their low halves or their high ones, each backwards.
struct Order {
  alignas(64) uint8_t bytes[64];

  constexpr explicit Order(uint8_t last) : bytes() {
    for (size_t i = 0; i < sizeof(bytes); i++)
      bytes[i] = static_cast<uint8_t>(i / 8 * kBlockBytes + last - i % 8);
  }
};
constexpr Order kLowHalves(15);
constexpr Order kHighHalves(7);

// Karatsuba wants low halves, high halves and their sums; so two vectors become one of low halves and one of
// high ones, while their bytes are reversed anyway. Powers are kept that way too, highest first, zeros last.
template <typename Isa, size_t kPowers>
struct SplitPowers {
  using V = __m512i;
  static constexpr size_t kCount = kPowers;

  alignas(64) uint64_t low[kCount + 15];
  alignas(64) uint64_t high[kCount + 15];
  alignas(64) uint64_t folded[kCount + 15];

  INLINE static __m256i Halves(V x, V which) {
    return _mm512_castsi512_si256(_mm512_permutexvar_epi64(which, x));
  }
  INLINE static V LoadHalves(const uint64_t* from) {
    return _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  INLINE static void StoreHalves(uint64_t* to, __m256i x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), x);
  }

  INLINE void Set(size_t at, V x) {
    const __m256i lows = Halves(x, _mm512_set_epi64(0, 0, 0, 0, 6, 4, 2, 0));
    const __m256i highs = Halves(x, _mm512_set_epi64(0, 0, 0, 0, 7, 5, 3, 1));
    StoreHalves(low + at, lows);
    StoreHalves(high + at, highs);
    StoreHalves(folded + at, _mm256_xor_si256(lows, highs));
  }
  INLINE __m128i First() const {
    return _mm_set_epi64x(static_cast<int64_t>(high[kCount - 1]), static_cast<int64_t>(low[kCount - 1]));
  }

  INLINE void AddTo(Sum<Isa>& sum, V blocks, size_t at) const {
    const V power = _mm512_permutex2var_epi64(
        LoadHalves(low + at), _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), LoadHalves(high + at));
    const V fold =
        _mm512_permutexvar_epi64(_mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0), LoadHalves(folded + at));
    AddProduct<Isa>(sum, Isa::Reverse(blocks), power, fold);
  }

  template <typename Group>
  INLINE void AddStep(Sum<Isa>& sum, const Group& group, size_t step, V carry, size_t at) const {
    V first = group.At(2 * step);
    if (step == 0) first = Isa::Xor(first, carry);
    const V second = group.At(2 * step + 1);
    const V lows = _mm512_permutex2var_epi8(first, Isa::Load(kLowHalves.bytes), second);
    const V highs = _mm512_permutex2var_epi8(first, Isa::Load(kHighHalves.bytes), second);
    at += 8 * step;
    AddProducts(sum.low, lows, Isa::Load(low + at));
    AddProducts(sum.high, highs, Isa::Load(high + at));
    AddProducts(sum.middle, Isa::Xor(lows, highs), Isa::Load(folded + at));
  }

 private:
  INLINE static void AddProducts(V& sum, V halves, V powers) {
    sum = Isa::Xor(sum, _mm512_clmulepi64_epi128(halves, powers, 0x00),
                   _mm512_clmulepi64_epi128(halves, powers, 0x11));
  }
};

#define CLEAR(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"

void ScrubRegisters() {
  __asm__ volatile("vzeroall\n\t" CLEAR(16) CLEAR(17) CLEAR(18) CLEAR(19) CLEAR(20) CLEAR(21) CLEAR(22)
                       CLEAR(23) CLEAR(24) CLEAR(25) CLEAR(26) CLEAR(27) CLEAR(28) CLEAR(29) CLEAR(30)
                           CLEAR(31)::
                               : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                                 "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16",
                                 "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
                                 "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}

}  // namespace

extern const Kernel kVaes512{"vaes512",         kCpuAesni | kCpuPclmul | kCpuAvx512 | kCpuVaes | kCpuVpclmul,
                             AesniExpandKey,    AesniEncryptBlocks,
                             SetUp<Zmm>,        Widen<Zmm>,
                             RunAll<Zmm, true>, RunAll<Zmm, false>,
                             ScrubRegisters};

}  // namespace cryptable
