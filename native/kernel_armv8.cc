// ARMv8 AES with PMULL: eight blocks at a time, one GHASH reduction for the eight, both kinds of work
// interleaved. The same once more for processors with EOR3, which adds two products at once.
#include <arm_neon.h>

#include <cstring>

#include "cpu.h"
#include "kernel.h"

namespace cryptable {

namespace {

#define INLINE [[gnu::always_inline]] inline

using V = uint8x16_t;

constexpr size_t kRounds = 14;
constexpr size_t kLanes = 8;
constexpr size_t kPairs = kLanes / 2;
constexpr size_t kGroupBytes = kLanes * kBlockBytes;

INLINE V Load(const uint8_t* from) { return vld1q_u8(from); }
INLINE void Store(uint8_t* to, V x) { vst1q_u8(to, x); }
INLINE V Zero() { return vdupq_n_u8(0); }
INLINE V Xor(V a, V b) { return veorq_u8(a, b); }

// EOR3 by its name: the compiler must not use it anywhere else.
template <bool kEor3>
INLINE V Xor(V a, V b, V c) {
  if constexpr (!kEor3) return Xor(Xor(a, b), c);
  V sum;
  __asm__(".arch armv8.2-a+crypto+sha3\n\teor3 %0.16b, %1.16b, %2.16b, %3.16b"
          : "=w"(sum)
          : "w"(a), "w"(b), "w"(c));
  return sum;
}

// ---- AES ----

INLINE V RoundKey(const RoundKeys& keys, size_t round) { return Load(keys.bytes + round * kBlockBytes); }

// This instruction set adds the key at the beginning of a round. The last key is left for whoever has the
// text.
INLINE V Round(V x, V key) { return vaesmcq_u8(vaeseq_u8(x, key)); }
INLINE V LastRound(V x, V key) { return vaeseq_u8(x, key); }

template <size_t kCount>
INLINE void Encrypt(const RoundKeys& keys, V (&x)[kCount]) {
#pragma GCC unroll 14
  for (size_t round = 0; round < kRounds - 1; round++) {
    const V key = RoundKey(keys, round);
#pragma GCC unroll 9
    for (V& block : x) block = Round(block, key);
  }
  for (V& block : x) block = LastRound(block, RoundKey(keys, kRounds - 1));
}

// A round on four equal columns: rows have nothing to shift.
INLINE uint32_t SubWord(uint32_t word) {
  const V columns = vreinterpretq_u8_u32(vdupq_n_u32(word));
  return vgetq_lane_u32(vreinterpretq_u32_u8(LastRound(columns, Zero())), 0);
}

// FIPS 197, section 5.2.
void ExpandKey(const uint8_t* key, RoundKeys* round_keys) {
  constexpr size_t key_words = kKeyBytes / sizeof(uint32_t);
  uint8_t* const bytes = round_keys->bytes;
  memmove(bytes, key, kKeyBytes);
  uint32_t last, before, round_constant = 1;
  memcpy(&last, bytes + kKeyBytes - sizeof(last), sizeof(last));
  for (size_t at = kKeyBytes; at < sizeof(round_keys->bytes); at += sizeof(last)) {
    const size_t word = at / sizeof(last) % key_words;
    if (word == 0) {
      const uint32_t mixed = SubWord(last);
      last = (mixed >> 8 | mixed << 24) ^ round_constant;
      round_constant <<= 1;
    } else if (word == key_words / 2) {
      last = SubWord(last);
    }
    memcpy(&before, bytes + at - kKeyBytes, sizeof(before));
    last ^= before;
    memcpy(bytes + at, &last, sizeof(last));
  }
}

void EncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count) {
  const V last_key = RoundKey(*round_keys, kRounds);
  for (size_t i = 0; i < count; i += 2) {
    const size_t next = i + 1 < count ? i + 1 : i;
    V x[2] = {Load(input + i * kBlockBytes), Load(input + next * kBlockBytes)};
    Encrypt(*round_keys, x);
    Store(output + i * kBlockBytes, Xor(x[0], last_key));
    Store(output + next * kBlockBytes, Xor(x[1], last_key));
  }
}

// ---- GHASH ----
// As POLYVAL (RFC 8452, appendix A): blocks are read backwards, and a product of GHASH is one of POLYVAL with
// a hash key multiplied by x. That saves shifting every product by a bit. Halves are the other way about, the
// high one first: so a block has only the bytes of each half to be reversed.

INLINE V ElementOf(V block) { return vrev64q_u8(block); }
INLINE V BlockOf(V element) { return vrev64q_u8(element); }
INLINE V SwapHalves(V x) { return vextq_u8(x, x, 8); }

INLINE V MultiplyFirst(V a, V b) {
  const poly64_t x = vgetq_lane_p64(vreinterpretq_p64_u8(a), 0),
                 y = vgetq_lane_p64(vreinterpretq_p64_u8(b), 0);
  return vreinterpretq_u8_p128(vmull_p64(x, y));
}
INLINE V MultiplySecond(V a, V b) {
  return vreinterpretq_u8_p128(vmull_high_p64(vreinterpretq_p64_u8(a), vreinterpretq_p64_u8(b)));
}

// Each element's two halves added, side by side.
INLINE V Fold(V a, V b) {
  const uint64x2_t x = vreinterpretq_u64_u8(a), y = vreinterpretq_u64_u8(b);
  return vreinterpretq_u8_u64(veorq_u64(vtrn1q_u64(x, y), vtrn2q_u64(x, y)));
}

// What GcmState::tables holds. Powers of the hash key from the highest to the first.
struct Tables {
  V powers[kLanes];
  V folded[kPairs];
};
static_assert(sizeof(Tables) <= sizeof(GcmState::tables));

INLINE const Tables& TablesOf(const GcmState* state) {
  return *reinterpret_cast<const Tables*>(state->tables);
}

// Sums of Karatsuba's products, not yet reduced. `middle` still has the other two in it.
struct Sum {
  V low, middle, high;
};

INLINE Sum NoSum() { return {Zero(), Zero(), Zero()}; }

template <bool kEor3>
INLINE void AddProducts(Sum& sum, V a, V b, const Tables& tables, size_t pair) {
  const V x = tables.powers[2 * pair], y = tables.powers[2 * pair + 1], folded = Fold(a, b);
  sum.high = Xor<kEor3>(sum.high, MultiplyFirst(a, x), MultiplyFirst(b, y));
  sum.low = Xor<kEor3>(sum.low, MultiplySecond(a, x), MultiplySecond(b, y));
  sum.middle = Xor<kEor3>(sum.middle, MultiplyFirst(folded, tables.folded[pair]),
                          MultiplySecond(folded, tables.folded[pair]));
}

INLINE void AddProduct(Sum& sum, V a, V power) {
  sum.high = Xor(sum.high, MultiplyFirst(a, power));
  sum.low = Xor(sum.low, MultiplySecond(a, power));
  sum.middle = Xor(sum.middle, MultiplyFirst(Fold(a, a), Fold(power, power)));
}

// x^128 = x^127 + x^126 + x^121 + 1, applied to the two low words, one after the other. The products have
// their low halves first.
INLINE V Reduce(const Sum& sum) {
  const V polynomial = vreinterpretq_u8_u64(vdupq_n_u64(0xc200000000000000));
  const V middle = Xor(sum.middle, Xor(sum.low, sum.high));
  V low = Xor(sum.low, vextq_u8(Zero(), middle, 8));
  const V high = Xor(sum.high, vextq_u8(middle, Zero(), 8));
  low = Xor(SwapHalves(low), MultiplyFirst(low, polynomial));
  return Xor(Xor(SwapHalves(high), low), SwapHalves(MultiplyFirst(low, polynomial)));
}

INLINE V Times(V x, V y) {
  Sum sum = NoSum();
  AddProduct(sum, x, y);
  return Reduce(sum);
}

INLINE V Element(uint64_t high, uint64_t low) {
  return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(high), vcreate_u64(low)));
}

// Without a branch on the top bit.
INLINE V TimesX(V x) {
  const uint64_t high = vgetq_lane_u64(vreinterpretq_u64_u8(x), 0),
                 low = vgetq_lane_u64(vreinterpretq_u64_u8(x), 1);
  const uint64_t carry = -(high >> 63);
  return Element((high << 1 | low >> 63) ^ (carry & 0xc200000000000000), low << 1 ^ (carry & 1));
}

// Up to a block's bytes, then zeros.
INLINE V LoadPart(const uint8_t* from, size_t bytes) {
  if (bytes >= kBlockBytes) return Load(from);
  uint8_t block[kBlockBytes] = {};
  memcpy(block, from, bytes);
  return Load(block);
}

// Any number of bytes; the last block is filled up with zeros.
V Absorb(const Tables& tables, V hash, const uint8_t* bytes, size_t count) {
  while (count > 0) {
    const size_t blocks = count < kGroupBytes ? (count + kBlockBytes - 1) / kBlockBytes : kLanes;
    Sum sum = NoSum();
    for (size_t power = kLanes - blocks; power < kLanes; power++) {
      AddProduct(sum, Xor(ElementOf(LoadPart(bytes, count)), hash), tables.powers[power]);
      hash = Zero();
      const size_t taken = count < kBlockBytes ? count : kBlockBytes;
      bytes += taken, count -= taken;
    }
    hash = Reduce(sum);
  }
  return hash;
}

// ---- GCM ----

void SetUp(const uint8_t* keys, GcmState* states, size_t count) {
  for (size_t i = 0; i < count; i++) {
    GcmState& state = states[i];
    ExpandKey(keys + i * kKeyBytes, &state.round_keys);
    V zeros[1] = {Zero()};
    Encrypt(state.round_keys, zeros);
    const V hash_key = TimesX(ElementOf(Xor(zeros[0], RoundKey(state.round_keys, kRounds))));
    Tables& tables = *reinterpret_cast<Tables*>(state.tables);
    V power = hash_key;
    for (size_t at = kLanes; at-- > 0; power = Times(power, hash_key)) tables.powers[at] = power;
    for (size_t pair = 0; pair < kPairs; pair++) {
      tables.folded[pair] = Fold(tables.powers[2 * pair], tables.powers[2 * pair + 1]);
    }
  }
}

// Counter blocks, with each word's bytes reversed, so that the counter is a number.
class Counters {
 public:
  INLINE explicit Counters(const uint8_t* nonce) {
    uint32_t words[4] = {};
    memcpy(words, nonce, kGcmNonceBytes);
    next_ = vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(vld1q_u32(words))));
  }

  INLINE V Block(uint32_t counter) const {
    const uint32x4_t words = vsetq_lane_u32(vgetq_lane_u32(next_, 3) + counter, next_, 3);
    return vrev32q_u8(vreinterpretq_u8_u32(words));
  }
  INLINE void Skip(uint32_t blocks) { next_ = vsetq_lane_u32(vgetq_lane_u32(next_, 3) + blocks, next_, 3); }

 private:
  uint32x4_t next_;
};

// Eight blocks of text; meanwhile, if there are some, hashes eight blocks of ciphertext. They may be the
// input: they are read before the output is written.
template <bool kEor3, bool kHashing>
INLINE void CryptGroup(const GcmState& state, const Counters& counters, const uint8_t* input, uint8_t* output,
                       const uint8_t* hashed, V& hash) {
  const Tables& tables = TablesOf(&state);
  // Round keys and powers are loaded anew for each group: registers are better used for its blocks.
  __asm__ volatile("" ::: "memory");
  V x[kLanes];
#pragma GCC unroll 8
  for (size_t i = 0; i < kLanes; i++) x[i] = counters.Block(static_cast<uint32_t>(i));
  Sum sum = NoSum();
#pragma GCC unroll 14
  for (size_t round = 0; round < kRounds - 1; round++) {
    const V key = RoundKey(state.round_keys, round);
#pragma GCC unroll 8
    for (V& block : x) block = Round(block, key);
    if (!kHashing || round % 3 != 0 || round / 3 >= kPairs) continue;
    const size_t pair = round / 3;
    V first = ElementOf(Load(hashed + 2 * pair * kBlockBytes));
    const V second = ElementOf(Load(hashed + (2 * pair + 1) * kBlockBytes));
    if (pair == 0) first = Xor(first, hash);
    AddProducts<kEor3>(sum, first, second, tables, pair);
  }
  if constexpr (kHashing) hash = Reduce(sum);
  const V key = RoundKey(state.round_keys, kRounds - 1), last_key = RoundKey(state.round_keys, kRounds);
#pragma GCC unroll 8
  for (size_t i = 0; i < kLanes; i++) {
    const V text = Load(input + i * kBlockBytes);
    Store(output + i * kBlockBytes, Xor<kEor3>(LastRound(x[i], key), last_key, text));
  }
}

// The rest of a text, less than a group, and the block that hides the tag.
V CryptTail(const GcmState& state, const Counters& counters, V tag_counter, const uint8_t* input,
            uint8_t* output, size_t bytes) {
  const V last_key = RoundKey(state.round_keys, kRounds);
  if (bytes == 0) {
    V mask[1] = {tag_counter};
    Encrypt(state.round_keys, mask);
    return Xor(mask[0], last_key);
  }
  V x[kLanes + 1];
  for (size_t i = 0; i < kLanes; i++) x[i] = counters.Block(static_cast<uint32_t>(i));
  x[kLanes] = tag_counter;
  Encrypt(state.round_keys, x);
  uint8_t text[kGroupBytes] = {};
  memcpy(text, input, bytes);
  for (size_t i = 0; i < kLanes; i++) {
    uint8_t* const block = text + i * kBlockBytes;
    Store(block, Xor(Xor(x[i], last_key), Load(block)));
  }
  memcpy(output, text, bytes);
  return Xor(x[kLanes], last_key);
}

// NIST SP 800-38D, sections 7.1 and 7.2. Sealing hashes each group while it encrypts the next.
template <bool kEor3, bool kSealing>
INLINE void Crypt(const GcmState* state, const GcmMessage& message) {
  const Tables& tables = TablesOf(state);
  V hash = Absorb(tables, Zero(), message.aad, message.aad_bytes);
  Counters counters(message.nonce);
  const V tag_counter = counters.Block(1);
  counters.Skip(2);
  const uint8_t* input = message.input;
  uint8_t* output = message.output;
  size_t left = message.bytes;
  for (bool is_first = kSealing; left >= kGroupBytes; is_first = false) {
    const uint8_t* const hashed = kSealing ? output - kGroupBytes : input;
    if (is_first) {
      CryptGroup<kEor3, false>(*state, counters, input, output, nullptr, hash);
    } else {
      CryptGroup<kEor3, true>(*state, counters, input, output, hashed, hash);
    }
    counters.Skip(kLanes), input += kGroupBytes, output += kGroupBytes, left -= kGroupBytes;
  }
  if (kSealing && message.bytes >= kGroupBytes)
    hash = Absorb(tables, hash, output - kGroupBytes, kGroupBytes);
  if (!kSealing) hash = Absorb(tables, hash, input, left);
  const V mask = CryptTail(*state, counters, tag_counter, input, output, left);
  if (kSealing) hash = Absorb(tables, hash, output, left);
  const V lengths = Element(uint64_t{message.aad_bytes} * 8, uint64_t{message.bytes} * 8);
  hash = Times(Xor(hash, lengths), tables.powers[kLanes - 1]);
  Store(message.tag, Xor(BlockOf(hash), mask));
}

template <bool kEor3, bool kSealing>
void Run(const GcmKey* key, const GcmMessage* messages, size_t count) {
  for (size_t i = 0; i < count; i++) Crypt<kEor3, kSealing>(key->state, messages[i]);
}

// The compiler saves the halves that belong to the caller and puts them back.
void ScrubRegisters() {
  __asm__ volatile(
      "movi v0.2d, #0\n\tmovi v1.2d, #0\n\tmovi v2.2d, #0\n\tmovi v3.2d, #0\n\t"
      "movi v4.2d, #0\n\tmovi v5.2d, #0\n\tmovi v6.2d, #0\n\tmovi v7.2d, #0\n\t"
      "movi v8.2d, #0\n\tmovi v9.2d, #0\n\tmovi v10.2d, #0\n\tmovi v11.2d, #0\n\t"
      "movi v12.2d, #0\n\tmovi v13.2d, #0\n\tmovi v14.2d, #0\n\tmovi v15.2d, #0\n\t"
      "movi v16.2d, #0\n\tmovi v17.2d, #0\n\tmovi v18.2d, #0\n\tmovi v19.2d, #0\n\t"
      "movi v20.2d, #0\n\tmovi v21.2d, #0\n\tmovi v22.2d, #0\n\tmovi v23.2d, #0\n\t"
      "movi v24.2d, #0\n\tmovi v25.2d, #0\n\tmovi v26.2d, #0\n\tmovi v27.2d, #0\n\t"
      "movi v28.2d, #0\n\tmovi v29.2d, #0\n\tmovi v30.2d, #0\n\tmovi v31.2d, #0" ::
          : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
            "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
            "v29", "v30", "v31");
}

}  // namespace

extern const Kernel kArmv8{"armv8", kCpuArmAes | kCpuArmPmull, ExpandKey,         EncryptBlocks, SetUp,
                           nullptr, Run<false, true>,          Run<false, false>, ScrubRegisters};

extern const Kernel kArmv8Eor3{"armv8-eor3",    kCpuArmAes | kCpuArmPmull | kCpuArmSha3,
                               ExpandKey,       EncryptBlocks,
                               SetUp,           nullptr,
                               Run<true, true>, Run<true, false>,
                               ScrubRegisters};

}  // namespace cryptable
