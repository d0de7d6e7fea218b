// VAES with VPCLMULQDQ on 512-bit registers: 32 blocks at a time, one GHASH reduction for them, interleaved.
#include <immintrin.h>

#include <cstring>

#include "cpu.h"
#include "kernel.h"

namespace cryptable {

// From kernel_aesni.cc: single blocks have no use for wide registers.
void AesniExpandKey(const uint8_t* key, RoundKeys* round_keys);
void AesniEncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count);

namespace {

#define INLINE [[gnu::always_inline]] inline

constexpr size_t kRounds = 14;
constexpr size_t kQuadBytes = 4 * kBlockBytes;  // four blocks fill a register
constexpr size_t kQuads = 8;
constexpr size_t kGroupBytes = kQuads * kQuadBytes;
constexpr size_t kGroupBlocks = 4 * kQuads;
// A group's blocks and, for the end of a message, the block of its lengths; a whole number of registers.
constexpr size_t kPowers = kGroupBlocks + 4;

// What GcmState::tables holds. Powers of the hash key from the highest to the first, then zeros: a register
// may be read from any power on.
struct Tables {
  __m512i round_keys[kRounds + 1];
  uint8_t powers[(kPowers + 4) * kBlockBytes];
  uint8_t folded[(kPowers + 4) * kBlockBytes];  // low half plus high half, for Karatsuba
};
static_assert(sizeof(Tables) <= sizeof(GcmState::tables));

INLINE const Tables& TablesOf(const GcmState* state) {
  return *reinterpret_cast<const Tables*>(state->tables);
}

INLINE __m512i Xor(__m512i a, __m512i b) { return _mm512_xor_si512(a, b); }
INLINE __m512i Xor(__m512i a, __m512i b, __m512i c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }

// The bytes of each block backwards.
INLINE __m512i Reverse(__m512i x) {
  return _mm512_shuffle_epi8(
      x, _mm512_broadcast_i32x4(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
}

INLINE __m512i FirstBlockOnly(__m128i x) { return _mm512_zextsi128_si512(x); }

// As many of 64 bytes as are left.
INLINE __mmask64 MaskOf(size_t bytes) {
  return bytes >= kQuadBytes ? ~__mmask64{0} : _bzhi_u64(~0ULL, bytes);
}

// ---- GHASH ----
// As POLYVAL (RFC 8452, appendix A): blocks are read backwards, and a product of GHASH is one of POLYVAL with
// a hash key multiplied by x. That saves shifting every product by a bit.

// Sums of products in four lanes, not yet reduced.
struct Sum {
  __m512i low, middle, high;
};

INLINE Sum NoSum() { return {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()}; }

INLINE __m512i SwapHalves(__m512i x) { return _mm512_shuffle_epi32(x, _MM_PERM_BADC); }
INLINE __m512i Fold(__m512i x) { return Xor(x, SwapHalves(x)); }

INLINE void AddProduct(Sum& sum, __m512i x, __m512i powers, __m512i folded_powers) {
  sum.low = Xor(sum.low, _mm512_clmulepi64_epi128(x, powers, 0x00));
  sum.high = Xor(sum.high, _mm512_clmulepi64_epi128(x, powers, 0x11));
  sum.middle = Xor(sum.middle, _mm512_clmulepi64_epi128(Fold(x), folded_powers, 0x00));
}

// The same, with the powers that lie from `power` on in the table.
INLINE void AddProduct(Sum& sum, __m512i x, const Tables& tables, size_t power) {
  AddProduct(sum, x, _mm512_loadu_si512(tables.powers + power * kBlockBytes),
             _mm512_loadu_si512(tables.folded + power * kBlockBytes));
}

// x^128 = x^127 + x^126 + x^121 + 1, applied to the two low words of each lane, one after the other.
INLINE __m512i ReduceLanes(const Sum& sum) {
  const __m512i polynomial = _mm512_set1_epi64(static_cast<int64_t>(0xc200000000000000));
  const __m512i middle = Xor(sum.middle, sum.low, sum.high);
  __m512i low = Xor(sum.low, _mm512_bslli_epi128(middle, 8));
  const __m512i high = Xor(sum.high, _mm512_bsrli_epi128(middle, 8));
  low = Xor(SwapHalves(low), _mm512_clmulepi64_epi128(low, polynomial, 0x00));
  return Xor(high, SwapHalves(low), _mm512_clmulepi64_epi128(low, polynomial, 0x00));
}

INLINE __m128i AddLanes(__m512i x) {
  const __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
  return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

INLINE __m128i Reduce(const Sum& sum) {
  const Sum one_lane{FirstBlockOnly(AddLanes(sum.low)), FirstBlockOnly(AddLanes(sum.middle)),
                     FirstBlockOnly(AddLanes(sum.high))};
  return _mm512_castsi512_si128(ReduceLanes(one_lane));
}

INLINE __m512i Multiply(__m512i x, __m512i y) {
  Sum sum = NoSum();
  AddProduct(sum, x, y, Fold(y));
  return ReduceLanes(sum);
}

INLINE __m128i TimesX(__m128i x) {
  // All ones where the top bit is set, spread over the whole register.
  const __m128i carry = _mm_shuffle_epi32(_mm_srai_epi32(x, 31), 0xff);
  const __m128i polynomial = _mm_set_epi64x(static_cast<int64_t>(0xc200000000000000), 1);
  const __m128i crossing = _mm_slli_si128(_mm_srli_epi64(x, 63), 8);
  const __m128i doubled = _mm_or_si128(_mm_slli_epi64(x, 1), crossing);
  return _mm_xor_si128(doubled, _mm_and_si128(carry, polynomial));
}

// Any number of bytes; the last block is filled up with zeros.
INLINE __m128i Absorb(const Tables& tables, __m128i hash, const uint8_t* bytes, size_t count) {
  while (count > 0) {
    const size_t taken = count < kGroupBytes ? count : kGroupBytes;
    size_t power = kPowers - (taken + kBlockBytes - 1) / kBlockBytes;
    __m512i carried = FirstBlockOnly(hash);
    Sum sum = NoSum();
    for (size_t at = 0; at < taken; at += kQuadBytes, power += 4) {
      const __m512i quad = Reverse(_mm512_maskz_loadu_epi8(MaskOf(taken - at), bytes + at));
      AddProduct(sum, Xor(quad, carried), tables, power);
      carried = _mm512_setzero_si512();
    }
    hash = Reduce(sum);
    bytes += taken, count -= taken;
  }
  return hash;
}

// ---- GCM ----

// Each step multiplies what is there by its highest power, and so doubles it.
void FillPowers(__m128i hash_key, Tables& tables) {
  __m512i quads[kPowers / 4];  // ascending
  const __m512i first = FirstBlockOnly(hash_key);
  const __m512i second = Multiply(first, first);
  const __m512i pair = _mm512_inserti32x4(second, hash_key, 1);
  const __m512i next_pair = Multiply(pair, _mm512_broadcast_i32x4(_mm512_castsi512_si128(second)));
  quads[0] = _mm512_inserti64x4(next_pair, _mm512_castsi512_si256(pair), 1);
  for (size_t count = 1; count < kPowers / 4; count *= 2) {
    const __m512i highest = _mm512_broadcast_i32x4(_mm512_castsi512_si128(quads[count - 1]));
    for (size_t i = 0; i < count && count + i < kPowers / 4; i++)
      quads[count + i] = Multiply(quads[i], highest);
  }
  for (size_t i = 0; i < kPowers / 4; i++) {
    const size_t at = (kPowers / 4 - 1 - i) * kQuadBytes;
    _mm512_storeu_si512(tables.powers + at, quads[i]);
    _mm512_storeu_si512(tables.folded + at, Fold(quads[i]));
  }
  _mm512_storeu_si512(tables.powers + kPowers * kBlockBytes, _mm512_setzero_si512());
  _mm512_storeu_si512(tables.folded + kPowers * kBlockBytes, _mm512_setzero_si512());
}

void SetUp(const uint8_t* key, GcmState* state) {
  AesniExpandKey(key, &state->round_keys);
  Tables& tables = *reinterpret_cast<Tables*>(state->tables);
  __m128i block = _mm_setzero_si128();
  for (size_t round = 0; round <= kRounds; round++) {
    const uint8_t* const bytes = state->round_keys.bytes + round * kBlockBytes;
    const __m128i round_key = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
    tables.round_keys[round] = _mm512_broadcast_i32x4(round_key);
    if (round == 0)
      block = _mm_xor_si128(block, round_key);
    else if (round < kRounds)
      block = _mm_aesenc_si128(block, round_key);
    else
      block = _mm_aesenclast_si128(block, round_key);
  }
  const __m512i reversed = Reverse(FirstBlockOnly(block));
  FillPowers(TimesX(_mm512_castsi512_si128(reversed)), tables);
}

// Four counter blocks, kept reversed, so that each counter is the lowest word of its lane.
INLINE __m512i CounterBlocks(const uint8_t* nonce, uint32_t counter) {
  uint32_t words[4] = {0, 0, 0, __builtin_bswap32(counter)};
  memcpy(words, nonce, kGcmNonceBytes);
  const __m512i block =
      Reverse(_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(words))));
  return _mm512_add_epi32(block, _mm512_set_epi32(0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0));
}

INLINE __m512i Plus(__m512i counters, int blocks) {
  return _mm512_add_epi32(counters, _mm512_maskz_set1_epi32(0x1111, blocks));
}

INLINE __m512i EncryptQuad(const Tables& tables, __m512i x) {
  x = Xor(x, tables.round_keys[0]);
  for (size_t round = 1; round < kRounds; round++) x = _mm512_aesenc_epi128(x, tables.round_keys[round]);
  return _mm512_aesenclast_epi128(x, tables.round_keys[kRounds]);
}

// 32 blocks of text; meanwhile, if there are some, hashes 32 blocks of ciphertext. They may be the input:
// they are read before the output is written.
template <bool kHashing>
INLINE void CryptGroup(const Tables& tables, __m512i& counters, const uint8_t* input, uint8_t* output,
                       const uint8_t* hashed, __m128i& hash) {
  __m512i x[kQuads];
  const __m512i step = Plus(_mm512_setzero_si512(), 4);
#pragma GCC unroll 8
  for (size_t i = 0; i < kQuads; i++) {
    x[i] = Xor(Reverse(counters), tables.round_keys[0]);
    counters = _mm512_add_epi32(counters, step);
  }
  Sum sum = NoSum();
#pragma GCC unroll 14
  for (size_t round = 1; round < kRounds; round++) {
    const __m512i key = tables.round_keys[round];
#pragma GCC unroll 8
    for (size_t i = 0; i < kQuads; i++) x[i] = _mm512_aesenc_epi128(x[i], key);
    if constexpr (kHashing) {
      if (round > kQuads) continue;
      const size_t i = round - 1;
      __m512i quad = Reverse(_mm512_loadu_si512(hashed + i * kQuadBytes));
      if (i == 0) quad = Xor(quad, FirstBlockOnly(hash));
      AddProduct(sum, quad, tables, kPowers - kGroupBlocks + 4 * i);
    }
  }
  if constexpr (kHashing) hash = Reduce(sum);
  const __m512i key = tables.round_keys[kRounds];
#pragma GCC unroll 8
  for (size_t i = 0; i < kQuads; i++) {
    // The last round adds its key at the end: the text may be added to the key instead.
    const __m512i text = _mm512_loadu_si512(input + i * kQuadBytes);
    _mm512_storeu_si512(output + i * kQuadBytes, _mm512_aesenclast_epi128(x[i], Xor(key, text)));
  }
}

// What remains, less than a group, and the lengths; returns the hash of all. The lengths take the first
// power.
template <bool kSealing>
INLINE __m128i CryptTail(const Tables& tables, __m512i counters, const uint8_t* input, uint8_t* output,
                         size_t bytes, __m128i hash, __m128i lengths) {
  size_t power = kPowers - 1 - (bytes + kBlockBytes - 1) / kBlockBytes;
  __m512i carried = FirstBlockOnly(hash);
  Sum sum = NoSum();
  for (size_t at = 0; at < bytes; at += kQuadBytes, power += 4) {
    const __mmask64 mask = MaskOf(bytes - at);
    const __m512i text = _mm512_maskz_loadu_epi8(mask, input + at);
    const __m512i stream = EncryptQuad(tables, Reverse(counters));
    const __m512i crypted = _mm512_maskz_mov_epi8(mask, Xor(text, stream));
    counters = Plus(counters, 4);
    _mm512_mask_storeu_epi8(output + at, mask, crypted);
    AddProduct(sum, Xor(Reverse(kSealing ? crypted : text), carried), tables, power);
    carried = _mm512_setzero_si512();
  }
  AddProduct(sum, Xor(FirstBlockOnly(lengths), carried), tables, kPowers - 1);
  return Reduce(sum);
}

// NIST SP 800-38D, sections 7.1 and 7.2. Sealing hashes each group while it encrypts the next.
template <bool kSealing>
void Run(const GcmState* state, const GcmMessage* message, uint8_t* tag) {
  const Tables& tables = TablesOf(state);
  const __m512i first = CounterBlocks(message->nonce, 1);
  const __m512i tag_mask = EncryptQuad(tables, Reverse(first));
  __m512i counters = Plus(first, 1);
  __m128i hash = Absorb(tables, _mm_setzero_si128(), message->aad, message->aad_bytes);
  const uint8_t* input = message->input;
  uint8_t* output = message->output;
  size_t left = message->bytes;
  const bool lags = kSealing && left >= kGroupBytes;
  if (lags) CryptGroup<false>(tables, counters, input, output, nullptr, hash);
  if (lags) input += kGroupBytes, output += kGroupBytes, left -= kGroupBytes;
  while (left >= kGroupBytes) {
    CryptGroup<true>(tables, counters, input, output, kSealing ? output - kGroupBytes : input, hash);
    input += kGroupBytes, output += kGroupBytes, left -= kGroupBytes;
  }
  if (lags) hash = Absorb(tables, hash, output - kGroupBytes, kGroupBytes);
  const __m128i lengths =
      _mm_set_epi64x(static_cast<int64_t>(message->aad_bytes * 8), static_cast<int64_t>(message->bytes * 8));
  hash = CryptTail<kSealing>(tables, counters, input, output, left, hash, lengths);
  const __m512i reversed = Reverse(FirstBlockOnly(hash));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(tag), _mm512_castsi512_si128(Xor(reversed, tag_mask)));
}

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

extern const Kernel kVaes512{"vaes512",      kCpuAesni | kCpuPclmul | kCpuAvx512 | kCpuVaes | kCpuVpclmul,
                             AesniExpandKey, AesniEncryptBlocks,
                             SetUp,          Run<true>,
                             Run<false>,     ScrubRegisters};

}  // namespace cryptable
