// What the x86 kernels share, written once over vectors of one, two or four blocks: here GHASH and the tables
// of a key, in x86_counters.h counter mode, in x86_run.h the order in which messages go through both.
//
// Only kernels include these, each compiled with flags of its own. So everything is in an unnamed namespace,
// and nothing comes from headers other than intrinsics: no kernel's flags can reach the code of another.
//
// A kernel brings its vectors, as a type called Isa here:
//   V, kLanes             a vector, and the blocks in it
//   Load, LoadBlocks, LoadPart, Store, StorePart      memory; LoadBlocks wants each block aligned
//   Broadcast, BroadcastFirst, Combine, Split, AddLanes, AddLanesOfEach    between blocks and vectors
//   FirstBlock, SecondBlock, LastBlocks               a block in its place, zeros in the others
//   Xor, AddWords, Reverse, SwapHalves, LowToHigh, HighToLow               on each block
//   Aes, AesLast          a round on each block
//   Multiply<imm>         carry-less, of a half of each block with a half, as in PCLMULQDQ
//   Powers<kCount>        powers of the hash key, and the sums of products with them
//   Held, kSteps          a group of ciphertext until it is hashed, and the steps in which that is done
//   kSecondVector         the vector of a group that has its second block
#pragma once

#include <immintrin.h>

#include <cstring>

#include "cpu.h"
#include "kernel.h"

#define INLINE [[gnu::always_inline]] inline

namespace cryptable {

// From kernel_aesni.cc, for the wider kernels: their processors all have AES-NI.
void AesniExpandKey(const uint8_t* key, RoundKeys* round_keys);
void AesniEncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count);

namespace {

constexpr size_t kRounds = 14;
// Vectors that are encrypted together, a group. With their latencies that is as many as keep AES busy.
constexpr size_t kVectors = 8;
constexpr size_t kAtOnce = 4;  // keys set up, or tags computed, together

// ---- One block ----

struct Xmm {
  using V = __m128i;
  static constexpr size_t kLanes = 1;

  INLINE static V Load(const void* from) { return _mm_loadu_si128(static_cast<const V*>(from)); }
  // From a table, in which each block is aligned: without AVX only such a load can be part of an instruction.
  INLINE static V LoadBlocks(const void* from) { return _mm_load_si128(static_cast<const V*>(from)); }
  INLINE static void Store(void* to, V x) { _mm_storeu_si128(static_cast<V*>(to), x); }
  INLINE static V Broadcast(__m128i x) { return x; }
  INLINE static V BroadcastFirst(V x) { return x; }
  INLINE static V Zero() { return _mm_setzero_si128(); }
  INLINE static V Xor(V a, V b) { return _mm_xor_si128(a, b); }
  INLINE static V Xor(V a, V b, V c) { return Xor(a, Xor(b, c)); }
  INLINE static V AddWords(V a, V b) { return _mm_add_epi32(a, b); }
  INLINE static V Aes(V x, V key) { return _mm_aesenc_si128(x, key); }
  INLINE static V AesLast(V x, V key) { return _mm_aesenclast_si128(x, key); }
  template <int kHalves>
  INLINE static V Multiply(V a, V b) {
    return _mm_clmulepi64_si128(a, b, kHalves);
  }
  INLINE static V ShuffleBytes(V x, V order) { return _mm_shuffle_epi8(x, order); }
  INLINE static V Reverse(V x) {
    return ShuffleBytes(x, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  }
  INLINE static V SwapHalves(V x) { return _mm_shuffle_epi32(x, 0x4e); }
  INLINE static V LowToHigh(V x) { return _mm_slli_si128(x, 8); }
  INLINE static V HighToLow(V x) { return _mm_srli_si128(x, 8); }
  INLINE static V ShiftLeft4(V x) { return _mm_slli_si128(x, 4); }
  INLINE static V DoubleWords(V x) { return _mm_add_epi32(x, x); }
  INLINE static __m128i AddLanes(V x) { return x; }
};

template <typename Isa>
constexpr size_t kVectorBytes = Isa::kLanes* kBlockBytes;
template <typename Isa>
constexpr size_t kGroupBytes = kVectors* kVectorBytes<Isa>;
template <typename Isa>
constexpr size_t kGroupBlocks = kVectors* Isa::kLanes;

// ---- GHASH ----
// As POLYVAL (RFC 8452, appendix A): blocks are read backwards, and a product of GHASH is one of POLYVAL with
// a hash key multiplied by x. That saves shifting every product by a bit.

// Sums of Karatsuba's products in each lane, not yet reduced. `middle` still has the other two in it.
template <typename Isa>
struct Sum {
  typename Isa::V low, middle, high;
};

template <typename Isa>
INLINE Sum<Isa> NoSum() {
  return {Isa::Zero(), Isa::Zero(), Isa::Zero()};
}

template <typename Isa>
INLINE typename Isa::V Fold(typename Isa::V x) {
  return Isa::Xor(x, Isa::SwapHalves(x));
}

// `folded` is as Fold leaves `power`.
template <typename Isa>
INLINE void AddProduct(Sum<Isa>& sum, typename Isa::V x, typename Isa::V power, typename Isa::V folded) {
  sum.low = Isa::Xor(sum.low, Isa::template Multiply<0x00>(x, power));
  sum.high = Isa::Xor(sum.high, Isa::template Multiply<0x11>(x, power));
  sum.middle = Isa::Xor(sum.middle, Isa::template Multiply<0x00>(Fold<Isa>(x), folded));
}

// x^128 = x^127 + x^126 + x^121 + 1, applied to the two low words of each lane, one after the other.
template <typename Isa>
INLINE typename Isa::V Reduce(const Sum<Isa>& sum) {
  const auto polynomial = Isa::Broadcast(_mm_set1_epi64x(static_cast<int64_t>(0xc200000000000000)));
  const auto middle = Isa::Xor(sum.middle, sum.low, sum.high);
  auto low = Isa::Xor(sum.low, Isa::LowToHigh(middle));
  const auto high = Isa::Xor(sum.high, Isa::HighToLow(middle));
  low = Isa::Xor(Isa::SwapHalves(low), Isa::template Multiply<0x00>(low, polynomial));
  return Isa::Xor(high, Isa::SwapHalves(low), Isa::template Multiply<0x00>(low, polynomial));
}

template <typename Isa>
INLINE Sum<Xmm> AddLanes(const Sum<Isa>& sum) {
  return {Isa::AddLanes(sum.low), Isa::AddLanes(sum.middle), Isa::AddLanes(sum.high)};
}

template <typename Isa>
INLINE typename Isa::V Times(typename Isa::V x, typename Isa::V y) {
  Sum<Isa> sum = NoSum<Isa>();
  AddProduct<Isa>(sum, x, y, Fold<Isa>(y));
  return Reduce<Isa>(sum);
}

INLINE __m128i TimesX(__m128i x) {
  // All ones where the top bit is set, spread over the whole register.
  const __m128i carry = _mm_shuffle_epi32(_mm_srai_epi32(x, 31), 0xff);
  const __m128i polynomial = _mm_set_epi64x(static_cast<int64_t>(0xc200000000000000), 1);
  const __m128i crossing = _mm_slli_si128(_mm_srli_epi64(x, 63), 8);
  const __m128i doubled = _mm_or_si128(_mm_slli_epi64(x, 1), crossing);
  return _mm_xor_si128(doubled, _mm_and_si128(carry, polynomial));
}

// ---- Tables ----

// A message is hashed in segments of so many blocks, with one reduction for each. The powers for them: one
// for each block, one for the block of lengths, some for the end of the AAD; and as many as align the first
// of a whole segment.
constexpr size_t kLightBlocks = 32;
constexpr size_t kWideBlocks = 256;
constexpr size_t kAadBlocks = 4;
constexpr size_t PowersFor(size_t blocks) { return blocks + 1 + 2 * kAadBlocks; }

// Round keys in every lane: loaded so, they cost no instruction.
template <typename Isa>
struct LaneKeys {
  alignas(64) uint8_t bytes[(kRounds + 1) * kVectorBytes<Isa>];

  INLINE typename Isa::V operator[](size_t round) const {
    return Isa::Load(bytes + round * kVectorBytes<Isa>);
  }
};

template <typename Isa>
struct LightTables {
  static constexpr size_t kBlocks = kLightBlocks;
  static constexpr bool kHasFirstRounds = false;
  LaneKeys<Isa> keys;
  typename Isa::template Powers<PowersFor(kBlocks)> powers;
};

// Daemen's and Rijmen's round is linear after its S-box, which works on bytes. So what the lowest byte of the
// counter adds to round 1 depends on the key alone (the idea of FACE, TCHES 2018), and is kept for its 256
// values. A message's second block, the first of its text, has counter 2.
template <typename Isa>
struct WideTablesOf {
  static constexpr size_t kBlocks = kWideBlocks;
  static constexpr bool kHasFirstRounds = true;
  alignas(64) uint8_t first_rounds[256 * kBlockBytes];
  typename Isa::template Powers<PowersFor(kBlocks)> powers;
};

// Powers of one block each, for vectors that have no use for halves put together. Highest first, so that the
// first power is the last; then zeros, so that a vector may be read from any power on.
template <typename Isa, size_t kPowers>
struct BlockPowers {
  using V = typename Isa::V;
  static constexpr size_t kCount = kPowers;

  alignas(64) uint8_t powers[(kCount + 7) * kBlockBytes];
  alignas(64) uint8_t folded[(kCount + 7) * kBlockBytes];

  INLINE void Set(size_t at, V x) {
    Isa::Store(powers + at * kBlockBytes, x);
    Isa::Store(folded + at * kBlockBytes, Fold<Isa>(x));
  }
  INLINE __m128i First() const { return Xmm::Load(powers + (kCount - 1) * kBlockBytes); }

  // Adds the products of `blocks`, as they are in memory, with the powers from `at` on.
  INLINE void AddTo(Sum<Isa>& sum, V blocks, size_t at) const {
    AddProduct<Isa>(sum, Isa::Reverse(blocks), Isa::LoadBlocks(powers + at * kBlockBytes),
                    Isa::LoadBlocks(folded + at * kBlockBytes));
  }
  // The same for part of a group; `carry` is added to the vector with the group's second block.
  template <typename Group>
  INLINE void AddStep(Sum<Isa>& sum, const Group& group, size_t step, V carry, size_t at) const {
    const V blocks = group.At(step);
    AddTo(sum, step == Isa::kSecondVector ? Isa::Xor(blocks, carry) : blocks, at + step * Isa::kLanes);
  }
};

// The lowest powers, the highest of them first.
template <typename Isa>
INLINE typename Isa::V LowestPowers(__m128i first) {
  constexpr size_t lanes = Isa::kLanes;
  __m128i powers[lanes];
  powers[lanes - 1] = first;
  if constexpr (lanes > 1) powers[lanes - 2] = Times<Xmm>(first, first);
  if constexpr (lanes == 4) {
    const __m128i second = powers[2];
    powers[0] = second, powers[1] = first;
    __m128i products[lanes];
    Isa::Split(Times<Isa>(Isa::Combine(powers), Isa::Broadcast(second)), products);
    powers[0] = products[0], powers[1] = products[1];
  }
  return Isa::Combine(powers);
}

// Four vectors of powers at a time: each product must wait for the one before it.
template <typename Isa, typename Powers>
INLINE void FillPowers(__m128i first, Powers& powers) {
  constexpr size_t lanes = Isa::kLanes;
  typename Isa::V next[4];
  next[0] = LowestPowers<Isa>(first);
  next[1] = Times<Isa>(next[0], Isa::BroadcastFirst(next[0]));
  const auto twice = Isa::BroadcastFirst(next[1]);
  next[2] = Times<Isa>(next[0], twice);
  next[3] = Times<Isa>(next[1], twice);
  const auto four_times = Isa::BroadcastFirst(next[3]);
  for (size_t at = Powers::kCount - lanes;;) {
#pragma GCC unroll 4
    for (auto& power : next) {
      powers.Set(at, power);
      if (at < lanes) return;
      at -= lanes;
      power = Times<Isa>(power, four_times);
    }
  }
}

// Every 32 bits of the block of counter 0, except the lowest byte of the counter, and that.
template <typename Isa>
INLINE typename Isa::V LowestBytes() {
  alignas(64) static constexpr uint32_t words[16] = {0, 0, 0, 2u << 24, 0, 0, 0, 3u << 24,
                                                     0, 0, 0, 4u << 24, 0, 0, 0, 5u << 24};
  return Isa::Load(words);
}

template <typename Isa>
void FillFirstRounds(const LaneKeys<Isa>& keys, uint8_t* first_rounds) {
  const auto none = Isa::Aes(keys[0], Isa::Zero());
  const auto step = Isa::Broadcast(_mm_set_epi32(static_cast<int>(Isa::kLanes << 24), 0, 0, 0));
  auto lowest = LowestBytes<Isa>();
  for (size_t at = 0; at < 256 * kBlockBytes; at += kVectorBytes<Isa>) {
    Isa::Store(first_rounds + at, Isa::Aes(Isa::Xor(keys[0], lowest), none));
    lowest = Isa::AddWords(lowest, step);
  }
}

// FIPS 197, section 5.2, for as many keys as there are lanes in `kCount` vectors; and the encryption of zeros
// under each. The last AES round on four equal words is SubWord and a sum: rows have nothing to shift.
template <typename Isa, size_t kCount>
INLINE void ExpandKeys(const uint8_t* halves, uint8_t* round_keys, uint8_t* hash_keys) {
  using V = typename Isa::V;
  constexpr size_t bytes = kCount * kVectorBytes<Isa>;
  const V last_word = Isa::Broadcast(_mm_set1_epi32(0x0f0e0d0c));
  const V last_word_rotated = Isa::Broadcast(_mm_set1_epi32(0x0c0f0e0d));
  V round_constant = Isa::Broadcast(_mm_set1_epi32(1));
  V key[2][kCount], zeros[kCount];
  for (size_t i = 0; i < kCount; i++) {
    key[0][i] = Isa::Load(halves + i * kVectorBytes<Isa>);
    key[1][i] = Isa::Load(halves + bytes + i * kVectorBytes<Isa>);
    zeros[i] = key[0][i];
  }
#pragma GCC unroll 15
  for (size_t round = 0; round <= kRounds; round++) {
    const bool is_odd = round % 2 == 1;
    for (size_t i = 0; i < kCount; i++) {
      V& here = key[is_odd][i];
      if (round >= 2) {
        const V other = Isa::ShuffleBytes(key[!is_odd][i], is_odd ? last_word : last_word_rotated);
        const V mixed = Isa::AesLast(other, is_odd ? Isa::Zero() : round_constant);
        here = Isa::Xor(here, Isa::ShiftLeft4(here));
        here = Isa::Xor(here, Isa::LowToHigh(here), mixed);
      }
      Isa::Store(round_keys + round * bytes + i * kVectorBytes<Isa>, here);
      if (round == kRounds) {
        Isa::Store(hash_keys + i * kVectorBytes<Isa>, Isa::AesLast(zeros[i], here));
      } else if (round > 0) {
        zeros[i] = Isa::Aes(zeros[i], here);
      }
    }
    if (round >= 2 && !is_odd) round_constant = Isa::DoubleWords(round_constant);
  }
}

template <typename Isa>
INLINE LightTables<Isa>& LightTablesOf(GcmState* state) {
  static_assert(sizeof(LightTables<Isa>) <= sizeof(state->tables));
  return *reinterpret_cast<LightTables<Isa>*>(state->tables);
}

// From the round keys and the encryption of zeros.
template <typename Isa>
[[gnu::noinline]] void SetUpTables(__m128i hash_key, GcmState* state) {
  LightTables<Isa>& tables = LightTablesOf<Isa>(state);
  for (size_t round = 0; round <= kRounds; round++) {
    const __m128i key = Xmm::Load(state->round_keys.bytes + round * kBlockBytes);
    Isa::Store(tables.keys.bytes + round * kVectorBytes<Isa>, Isa::Broadcast(key));
  }
  FillPowers<Isa>(TimesX(Xmm::Reverse(hash_key)), tables.powers);
}

template <typename Isa>
void SetUpOne(const uint8_t* key, GcmState* state) {
  __m128i hash_key;
  ExpandKeys<Xmm, 1>(key, state->round_keys.bytes, reinterpret_cast<uint8_t*>(&hash_key));
  SetUpTables<Isa>(hash_key, state);
}

template <typename Isa>
void SetUpTogether(const uint8_t* keys, GcmState* states) {
  alignas(64) uint8_t halves[2][kAtOnce][kBlockBytes];
  alignas(64) uint8_t round_keys[kRounds + 1][kAtOnce][kBlockBytes];
  alignas(64) __m128i hash_keys[kAtOnce];
  for (size_t i = 0; i < kAtOnce; i++) {
    memcpy(halves[0][i], keys + i * kKeyBytes, kBlockBytes);
    memcpy(halves[1][i], keys + i * kKeyBytes + kBlockBytes, kBlockBytes);
  }
  ExpandKeys<Isa, kAtOnce / Isa::kLanes>(halves[0][0], round_keys[0][0],
                                         reinterpret_cast<uint8_t*>(hash_keys));
  for (size_t i = 0; i < kAtOnce; i++) {
    for (size_t round = 0; round <= kRounds; round++) {
      memcpy(states[i].round_keys.bytes + round * kBlockBytes, round_keys[round][i], kBlockBytes);
    }
    SetUpTables<Isa>(hash_keys[i], &states[i]);
  }
}

template <typename Isa>
void SetUp(const uint8_t* keys, GcmState* states, size_t count) {
  for (; count >= kAtOnce; count -= kAtOnce) {
    SetUpTogether<Isa>(keys, states);
    keys += kAtOnce * kKeyBytes, states += kAtOnce;
  }
  for (size_t i = 0; i < count; i++) SetUpOne<Isa>(keys + i * kKeyBytes, states + i);
}

template <typename Isa>
void Widen(const GcmState* state, WideTables* wide) {
  using Tables = WideTablesOf<Isa>;
  static_assert(sizeof(Tables) <= sizeof(wide->tables));
  Tables& tables = *reinterpret_cast<Tables*>(wide->tables);
  const LightTables<Isa>& light = *reinterpret_cast<const LightTables<Isa>*>(state->tables);
  FillFirstRounds<Isa>(light.keys, tables.first_rounds);
  FillPowers<Isa>(light.powers.First(), tables.powers);
}

}  // namespace

}  // namespace cryptable
