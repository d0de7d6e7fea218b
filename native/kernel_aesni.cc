// AES-NI with PCLMULQDQ: eight blocks at a time, one GHASH reduction for the eight, both kinds of work
// interleaved.
#include <immintrin.h>

#include <cstring>

#include "cpu.h"
#include "kernel.h"

namespace cryptable {

// Shared with the wider x86 kernels, whose processors all have AES-NI.
void AesniExpandKey(const uint8_t* key, RoundKeys* round_keys);
void AesniEncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count);

namespace {

#define INLINE [[gnu::always_inline]] inline

constexpr size_t kRounds = 14;
constexpr size_t kLanes = 8;
constexpr size_t kGroupBytes = kLanes * kBlockBytes;

// What GcmState::tables holds. Powers of the hash key from the highest to the first.
struct Tables {
  __m128i powers[kLanes];
  __m128i folded[kLanes];  // low half plus high half, for Karatsuba
};
static_assert(sizeof(Tables) <= sizeof(GcmState::tables));

INLINE __m128i Load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
INLINE void Store(void* to, __m128i x) { _mm_storeu_si128(static_cast<__m128i*>(to), x); }

INLINE __m128i Reverse(__m128i x) {
  return _mm_shuffle_epi8(x, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

INLINE __m128i SwapHalves(__m128i x) { return _mm_shuffle_epi32(x, 0x4e); }

// ---- AES ----

INLINE __m128i RoundKey(const RoundKeys& keys, size_t round) {
  return Load(keys.bytes + round * kBlockBytes);
}

// The schedule's running sum over the four words, plus the word that `mixed` repeats.
INLINE __m128i NextRoundKey(__m128i key, __m128i mixed) {
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, mixed);
}

INLINE __m128i EncryptBlock(const RoundKeys& keys, __m128i x) {
  x = _mm_xor_si128(x, RoundKey(keys, 0));
  for (size_t round = 1; round < kRounds; round++) x = _mm_aesenc_si128(x, RoundKey(keys, round));
  return _mm_aesenclast_si128(x, RoundKey(keys, kRounds));
}

// ---- GHASH ----
// As POLYVAL (RFC 8452, appendix A): blocks are read backwards, and a product of GHASH is one of POLYVAL with
// a hash key multiplied by x. That saves shifting every product by a bit.

// A sum of products, not yet reduced.
struct Sum {
  __m128i low, middle, high;
};

INLINE Sum NoSum() { return {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()}; }

INLINE __m128i Fold(__m128i x) { return _mm_xor_si128(x, SwapHalves(x)); }

INLINE void AddProduct(Sum& sum, __m128i x, __m128i power, __m128i folded_power) {
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(x, power, 0x00));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(x, power, 0x11));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(Fold(x), folded_power, 0x00));
}

// x^128 = x^127 + x^126 + x^121 + 1, applied to the two low words, one after the other.
INLINE __m128i Reduce(const Sum& sum) {
  const __m128i polynomial = _mm_set1_epi64x(static_cast<int64_t>(0xc200000000000000));
  const __m128i middle = _mm_xor_si128(sum.middle, _mm_xor_si128(sum.low, sum.high));
  __m128i low = _mm_xor_si128(sum.low, _mm_slli_si128(middle, 8));
  const __m128i high = _mm_xor_si128(sum.high, _mm_srli_si128(middle, 8));
  low = _mm_xor_si128(SwapHalves(low), _mm_clmulepi64_si128(low, polynomial, 0x00));
  low = _mm_xor_si128(SwapHalves(low), _mm_clmulepi64_si128(low, polynomial, 0x00));
  return _mm_xor_si128(high, low);
}

INLINE __m128i Multiply(__m128i x, __m128i y) {
  Sum sum = NoSum();
  AddProduct(sum, x, y, Fold(y));
  return Reduce(sum);
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
__m128i Absorb(const Tables& tables, __m128i hash, const uint8_t* bytes, size_t count) {
  while (count > 0) {
    const size_t blocks = count < kGroupBytes ? (count + kBlockBytes - 1) / kBlockBytes : kLanes;
    Sum sum = NoSum();
    for (size_t i = 0; i < blocks; i++) {
      __m128i block;
      const size_t taken = count < kBlockBytes ? count : kBlockBytes;
      if (taken == kBlockBytes) {
        block = Load(bytes);
      } else {
        uint8_t padded[kBlockBytes] = {};
        memcpy(padded, bytes, taken);
        block = Load(padded);
      }
      block = Reverse(block);
      if (i == 0) block = _mm_xor_si128(block, hash);
      const size_t power = kLanes - blocks + i;
      AddProduct(sum, block, tables.powers[power], tables.folded[power]);
      bytes += taken, count -= taken;
    }
    hash = Reduce(sum);
  }
  return hash;
}

// ---- GCM ----

INLINE const Tables& TablesOf(const GcmState* state) {
  return *reinterpret_cast<const Tables*>(state->tables);
}

void SetUp(const uint8_t* key, GcmState* state) {
  AesniExpandKey(key, &state->round_keys);
  Tables& tables = *reinterpret_cast<Tables*>(state->tables);
  const __m128i hash_key = TimesX(Reverse(EncryptBlock(state->round_keys, _mm_setzero_si128())));
  __m128i power = hash_key;
  for (size_t i = kLanes; i-- > 0;) {
    tables.powers[i] = power;
    tables.folded[i] = Fold(power);
    power = Multiply(power, hash_key);
  }
}

// Counter blocks are kept reversed, so that the counter is the lowest word.
INLINE __m128i CounterBlock(const uint8_t* nonce, uint32_t counter) {
  uint32_t words[4] = {0, 0, 0, __builtin_bswap32(counter)};
  memcpy(words, nonce, kGcmNonceBytes);
  return Reverse(Load(words));
}

INLINE __m128i Plus(__m128i counter, uint32_t blocks) {
  return _mm_add_epi32(counter, _mm_cvtsi32_si128(static_cast<int>(blocks)));
}

// Eight blocks of text; meanwhile, if there are some, hashes eight blocks of ciphertext. They may be the
// input: they are read before the output is written.
template <bool kHashing>
INLINE void CryptGroup(const GcmState& state, __m128i counter, const uint8_t* input, uint8_t* output,
                       const uint8_t* hashed, __m128i& hash) {
  const Tables& tables = TablesOf(&state);
  __m128i x[kLanes];
#pragma GCC unroll 8
  for (size_t i = 0; i < kLanes; i++) {
    x[i] = _mm_xor_si128(Reverse(Plus(counter, static_cast<uint32_t>(i))), RoundKey(state.round_keys, 0));
  }
  Sum sum = NoSum();
#pragma GCC unroll 14
  for (size_t round = 1; round < kRounds; round++) {
    const __m128i key = RoundKey(state.round_keys, round);
#pragma GCC unroll 8
    for (size_t i = 0; i < kLanes; i++) x[i] = _mm_aesenc_si128(x[i], key);
    if constexpr (kHashing) {
      if (round > kLanes) continue;
      const size_t i = round - 1;
      __m128i block = Reverse(Load(hashed + i * kBlockBytes));
      if (i == 0) block = _mm_xor_si128(block, hash);
      AddProduct(sum, block, tables.powers[i], tables.folded[i]);
    }
  }
  if constexpr (kHashing) hash = Reduce(sum);
  const __m128i key = RoundKey(state.round_keys, kRounds);
#pragma GCC unroll 8
  for (size_t i = 0; i < kLanes; i++) {
    // The last round adds its key at the end: the text may be added to the key instead.
    const __m128i text = Load(input + i * kBlockBytes);
    Store(output + i * kBlockBytes, _mm_aesenclast_si128(x[i], _mm_xor_si128(key, text)));
  }
}

// Fewer than eight blocks, through a group of zeros.
void CryptTail(const GcmState& state, __m128i counter, const uint8_t* input, uint8_t* output, size_t bytes) {
  uint8_t group[kGroupBytes] = {};
  memcpy(group, input, bytes);
  __m128i unused;
  CryptGroup<false>(state, counter, group, group, nullptr, unused);
  memcpy(output, group, bytes);
}

// NIST SP 800-38D, sections 7.1 and 7.2. Sealing hashes each group while it encrypts the next.
template <bool kSealing>
void Run(const GcmState* state, const GcmMessage* message, uint8_t* tag) {
  const Tables& tables = TablesOf(state);
  __m128i hash = Absorb(tables, _mm_setzero_si128(), message->aad, message->aad_bytes);
  __m128i counter = CounterBlock(message->nonce, 2);
  const uint8_t* input = message->input;
  uint8_t* output = message->output;
  size_t left = message->bytes;
  const bool lags = kSealing && left >= kGroupBytes;
  if (lags) CryptGroup<false>(*state, counter, input, output, nullptr, hash);
  if (lags) counter = Plus(counter, kLanes), input += kGroupBytes, output += kGroupBytes, left -= kGroupBytes;
  while (left >= kGroupBytes) {
    CryptGroup<true>(*state, counter, input, output, kSealing ? output - kGroupBytes : input, hash);
    counter = Plus(counter, kLanes), input += kGroupBytes, output += kGroupBytes, left -= kGroupBytes;
  }
  if (lags) hash = Absorb(tables, hash, output - kGroupBytes, kGroupBytes);
  if (!kSealing) hash = Absorb(tables, hash, input, left);
  if (left > 0) CryptTail(*state, counter, input, output, left);
  if (kSealing) hash = Absorb(tables, hash, output, left);
  const __m128i lengths =
      _mm_set_epi64x(static_cast<int64_t>(message->aad_bytes * 8), static_cast<int64_t>(message->bytes * 8));
  hash = Multiply(_mm_xor_si128(hash, lengths), tables.powers[kLanes - 1]);
  const __m128i mask = EncryptBlock(state->round_keys, Reverse(CounterBlock(message->nonce, 1)));
  Store(tag, _mm_xor_si128(Reverse(hash), mask));
}

void ScrubRegisters() {
  __asm__ volatile(
      "pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
      "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7\n\t"
      "pxor %%xmm8, %%xmm8\n\tpxor %%xmm9, %%xmm9\n\tpxor %%xmm10, %%xmm10\n\tpxor %%xmm11, %%xmm11\n\t"
      "pxor %%xmm12, %%xmm12\n\tpxor %%xmm13, %%xmm13\n\tpxor %%xmm14, %%xmm14\n\tpxor %%xmm15, %%xmm15" ::
          : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
            "xmm12", "xmm13", "xmm14", "xmm15");
}

}  // namespace

// FIPS 197, section 5.2. The last AES round on four equal words is SubWord and a sum: rows have nothing to
// shift.
void AesniExpandKey(const uint8_t* key, RoundKeys* round_keys) {
  const __m128i last_word = _mm_set1_epi32(0x0f0e0d0c);
  const __m128i last_word_rotated = _mm_set1_epi32(0x0c0f0e0d);
  __m128i even = Load(key);
  __m128i odd = Load(key + kBlockBytes);
  __m128i round_constant = _mm_set1_epi32(1);
  for (uint8_t* to = round_keys->bytes;; to += kKeyBytes) {
    Store(to, even);
    if (to == round_keys->bytes + kRounds * kBlockBytes) break;
    Store(to + kBlockBytes, odd);
    even = NextRoundKey(even, _mm_aesenclast_si128(_mm_shuffle_epi8(odd, last_word_rotated), round_constant));
    odd = NextRoundKey(odd, _mm_aesenclast_si128(_mm_shuffle_epi8(even, last_word), _mm_setzero_si128()));
    round_constant = _mm_slli_epi32(round_constant, 1);
  }
}

void AesniEncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count) {
  for (size_t i = 0; i < count; i++) {
    Store(output + i * kBlockBytes, EncryptBlock(*round_keys, Load(input + i * kBlockBytes)));
  }
}

extern const Kernel kAesni{
    "aesni",    kCpuAesni | kCpuPclmul, AesniExpandKey, AesniEncryptBlocks, SetUp, Run<true>,
    Run<false>, ScrubRegisters};

}  // namespace cryptable
