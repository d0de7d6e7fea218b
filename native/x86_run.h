// A run of messages through an x86 kernel: NIST SP 800-38D, sections 7.1 and 7.2, in the order that keeps the
// processor busiest. x86_tables.h says who may include this.
#pragma once

#include "x86_counters.h"

namespace cryptable {

namespace {

// ---- GHASH of one message ----

template <typename Isa, typename Tables>
class Hash {
 public:
  using V = typename Isa::V;
  using Powers = decltype(Tables::powers);
  static constexpr size_t kEnd = Powers::kCount - 1;  // where the first power is

  INLINE explicit Hash(const Tables& tables) : powers_(tables.powers) {}

  // The AAD goes into the sum of the text's first segment.
  INLINE void Start(const GcmMessage& message) {
    sum_ = NoSum<Isa>();
    carry_ = Isa::Zero();
    StartSegment((message.bytes + kBlockBytes - 1) / kBlockBytes);
    const uint8_t* aad = message.aad;
    size_t bytes = message.aad_bytes;
    V before = Isa::Zero();
    if (bytes > kAadBlocks * kBlockBytes) [[unlikely]] {
      before = Isa::FirstBlock(AbsorbLongAad(powers_, aad, bytes));
      const size_t absorbed = (bytes - 1) / kBlockBytes * kBlockBytes - (kAadBlocks - 1) * kBlockBytes;
      aad += absorbed, bytes -= absorbed;
    }
    size_t at = at_ - (bytes + kBlockBytes - 1) / kBlockBytes;
    while (bytes > 0) {
      const size_t taken = bytes < kVectorBytes<Isa> ? bytes : kVectorBytes<Isa>;
      powers_.AddTo(sum_, Isa::Xor(Isa::LoadPart(aad, taken), before), at);
      before = Isa::Zero();
      aad += taken, bytes -= taken, at += Isa::kLanes;
    }
  }

  template <typename Group>
  INLINE void AddStep(const Group& group, size_t step) {
    powers_.AddStep(sum_, group, step, carry_, at_);
  }

  // No code but an order: what was done to `x` and the sum comes before what will be. Left to themselves,
  // compilers put all of one kind first, and the processor sees too little of the other.
  INLINE void KeepOrder(V (&x)[kVectors]) {
    __asm__(""
            : "+v"(x[0]), "+v"(x[1]), "+v"(x[2]), "+v"(x[3]), "+v"(x[4]), "+v"(x[5]), "+v"(x[6]), "+v"(x[7]),
              "+v"(sum_.low), "+v"(sum_.middle), "+v"(sum_.high));
  }

  // A single vector at the end of the message.
  INLINE void AddOne(V blocks) { powers_.AddTo(sum_, Isa::Xor(blocks, carry_), at_); }

  // After all steps of a group that is not the end of the message.
  INLINE void EndGroup() {
    at_ += kGroupBlocks<Isa>;
    carry_ = Isa::Zero();
    if (at_ == kEnd && blocks_left_ > 0) EndSegment();
  }

  // Without the block of lengths.
  INLINE const Sum<Isa>& sum() const { return sum_; }

 private:
  INLINE void StartSegment(size_t blocks) {
    const size_t taken = blocks < Tables::kBlocks ? blocks : Tables::kBlocks;
    blocks_left_ = blocks - taken;
    at_ = kEnd - taken;
  }

  // The sum is multiplied by the first power once more than what precedes a block should be: it is added to
  // the second block of the next segment.
  INLINE void EndSegment() {
    carry_ = Isa::SecondBlock(Xmm::Reverse(Reduce<Xmm>(AddLanes<Isa>(sum_))));
    sum_ = NoSum<Isa>();
    StartSegment(blocks_left_);
  }

  // All but the last blocks, as many as there are powers for in any segment. As a block, reversed again.
  [[gnu::noinline]] static __m128i AbsorbLongAad(const Powers& powers, const uint8_t* aad, size_t bytes) {
    __m128i hash = _mm_setzero_si128();
    for (; bytes > kAadBlocks * kBlockBytes; bytes -= kBlockBytes, aad += kBlockBytes) {
      hash = Xmm::Xor(hash, Xmm::Load(aad));
      hash = Xmm::Reverse(Times<Xmm>(Xmm::Reverse(hash), powers.First()));
    }
    return hash;
  }

  const Powers& powers_;
  Sum<Isa> sum_ = NoSum<Isa>();
  V carry_ = Isa::Zero();
  size_t at_ = kEnd;        // where the power for the next block is
  size_t blocks_left_ = 0;  // of the message, after this segment
};

// ---- Tags ----

// The hashes of messages, until there are enough that their tags cost little.
template <typename Isa>
struct Finals {
  typename Isa::V low[kAtOnce], middle[kAtOnce], high[kAtOnce];
};

// Nothing here is stored as a whole and loaded in pieces, or the other way round: that would wait for the
// stores.
template <typename Isa>
[[gnu::noinline]] void WriteTags(const LaneKeys<Isa>& keys, __m128i first_power, const Finals<Isa>& finals,
                                 const GcmMessage* messages, size_t count) {
  using V = typename Isa::V;
  constexpr size_t vectors = kAtOnce / Isa::kLanes;
  __m128i first_blocks[kAtOnce], lengths[kAtOnce];
#pragma GCC unroll 4
  for (size_t i = 0; i < kAtOnce; i++) {
    const GcmMessage& message = messages[i < count ? i : 0];
    first_blocks[i] = FirstCounterBlock(message.nonce);
    lengths[i] =
        _mm_set_epi64x(static_cast<int64_t>(message.aad_bytes * 8), static_cast<int64_t>(message.bytes * 8));
  }
  V x[vectors];
#pragma GCC unroll 4
  for (size_t i = 0; i < vectors; i++) {
    x[i] = Isa::Xor(Isa::Combine(&first_blocks[i * Isa::kLanes]), keys[0]);
  }
  for (size_t round = 1; round < kRounds; round++) {
#pragma GCC unroll 4
    for (V& block : x) block = Isa::Aes(block, keys[round]);
  }
  const V power = Isa::Broadcast(first_power);
#pragma GCC unroll 4
  for (size_t i = 0; i < vectors; i++) {
    const size_t at = i * Isa::kLanes;
    Sum<Isa> sum{Isa::AddLanesOfEach(&finals.low[at]), Isa::AddLanesOfEach(&finals.middle[at]),
                 Isa::AddLanesOfEach(&finals.high[at])};
    AddProduct<Isa>(sum, Isa::Combine(&lengths[at]), power, Fold<Isa>(power));
    const V hash = Isa::Reverse(Reduce<Isa>(sum));
    // The last round adds its key at the end: the hash may be added to the key instead.
    __m128i tags[Isa::kLanes];
    Isa::Split(Isa::AesLast(x[i], Isa::Xor(keys[kRounds], hash)), tags);
#pragma GCC unroll 4
    for (size_t lane = 0; lane < Isa::kLanes; lane++) {
      if (at + lane < count) Xmm::Store(messages[at + lane].tag, tags[lane]);
    }
  }
}

// ---- A run ----

template <typename Isa, size_t kCount>
struct Vectors {
  typename Isa::V v[kCount];

  INLINE typename Isa::V At(size_t i) const { return v[i]; }
};

// A group where it lies.
template <typename Isa>
struct InMemory {
  const uint8_t* at;

  INLINE typename Isa::V At(size_t i) const { return Isa::Load(at + i * kVectorBytes<Isa>); }
  INLINE void Keep(size_t i, typename Isa::V, const uint8_t* output) {
    if (i == 0) at = output;
  }
};

template <typename Isa>
struct InRegisters {
  typename Isa::V v[kVectors];

  INLINE typename Isa::V At(size_t i) const { return v[i]; }
  INLINE void Keep(size_t i, typename Isa::V x, const uint8_t*) { v[i] = x; }
};

template <typename Isa, typename Tables>
class Run {
 public:
  using V = typename Isa::V;

  // `finals` is no member: its address is handed on, and what shares an object with it would stay in memory.
  INLINE Run(const LightTables<Isa>& light, const Tables& tables, const GcmMessage* messages, size_t count,
             Finals<Isa>& finals)
      : keys_(light.keys),
        counters_(keys_, tables),
        hash_(tables),
        first_power_(tables.powers.First()),
        messages_(messages),
        count_(count),
        finals_(finals) {}

  // Each group of ciphertext is hashed while the next one, perhaps of the next message, is encrypted.
  INLINE void Seal() {
    typename Isa::Held held{};
    bool is_held = false;
    for (size_t i = 0; i < count_; i++) {
      const GcmMessage& message = messages_[i];
      const uint8_t* input = message.input;
      uint8_t* output = message.output;
      size_t left = message.bytes;
      counters_.Start(message.nonce);
      for (bool is_first = true; left >= kGroupBytes<Isa>; is_first = false) {
        if (is_held) {
          CryptGroup<true>(input, output, held, held);
          hash_.EndGroup();
        } else {
          CryptGroup<false>(input, output, held, held);
        }
        if (is_first && is_held) Finish();
        if (is_first) hash_.Start(message);
        is_held = true;
        input += kGroupBytes<Isa>, output += kGroupBytes<Isa>, left -= kGroupBytes<Isa>;
      }
      if (left == 0 && message.bytes > 0) continue;
      if (is_held) {
        HashGroup(held);
        is_held = false;
        if (message.bytes < kGroupBytes<Isa>) Finish();
      }
      if (message.bytes < kGroupBytes<Isa>) hash_.Start(message);
      CryptTail<true>(input, output, left);
      Finish();
    }
    if (!is_held) return;
    HashGroup(held);
    Finish();
  }

  INLINE void Open() {
    for (size_t i = 0; i < count_; i++) {
      const GcmMessage& message = messages_[i];
      const uint8_t* input = message.input;
      uint8_t* output = message.output;
      size_t left = message.bytes;
      counters_.Start(message.nonce);
      hash_.Start(message);
      for (; left >= kGroupBytes<Isa>; left -= kGroupBytes<Isa>) {
        InMemory<Isa> ciphertext{input};
        CryptGroup<true>(input, output, ciphertext, ciphertext);
        hash_.EndGroup();
        input += kGroupBytes<Isa>, output += kGroupBytes<Isa>;
      }
      CryptTail<false>(input, output, left);
      Finish();
    }
  }

 private:
  // The steps of hashing lie between the rounds: they have other units to run on.
  template <bool kHashing, typename Hashed>
  INLINE void CryptGroup(const uint8_t* input, uint8_t* output, const Hashed& hashed, Hashed& kept) {
    constexpr size_t rounds = kRounds - 2;
    V x[kVectors];
    counters_.Next(x);
#pragma GCC unroll 14
    for (size_t round = kDone + 1; round < kRounds; round++) {
      const V key = keys_[round];
#pragma GCC unroll 8
      for (V& block : x) block = Isa::Aes(block, key);
      if (!kHashing || round < 2) continue;
      const size_t share = (round - 2) * Isa::kSteps;
      if (share % rounds >= Isa::kSteps) continue;
      hash_.AddStep(hashed, share / rounds);
      hash_.KeepOrder(x);
    }
    const V key = keys_[kRounds];
#pragma GCC unroll 8
    for (size_t i = 0; i < kVectors; i++) {
      // The last round adds its key at the end: the text may be added to the key instead.
      const V text = Isa::Load(input + i * kVectorBytes<Isa>);
      const V crypted = Isa::AesLast(x[i], Isa::Xor(key, text));
      Isa::Store(output + i * kVectorBytes<Isa>, crypted);
      kept.Keep(i, crypted, output);
    }
  }

  template <typename Group>
  INLINE void HashGroup(const Group& group) {
#pragma GCC unroll 8
    for (size_t step = 0; step < Isa::kSteps; step++) hash_.AddStep(group, step);
    hash_.EndGroup();
  }

  // What remains of a message, less than a group: its vectors made up to one, two, four or eight.
  template <bool kSealing>
  INLINE void CryptTail(const uint8_t* input, uint8_t* output, size_t bytes) {
    if (bytes == 0) return;
    if (bytes <= kVectorBytes<Isa> && Isa::kSecondVector == 0)
      return CryptPart<1, kSealing>(input, output, bytes);
    if (bytes <= 2 * kVectorBytes<Isa>) return CryptPart<2, kSealing>(input, output, bytes);
    if (bytes <= 4 * kVectorBytes<Isa>) return CryptPart<4, kSealing>(input, output, bytes);
    CryptPart<8, kSealing>(input, output, bytes);
  }

  template <size_t kCount, bool kSealing>
  INLINE void CryptPart(const uint8_t* input, uint8_t* output, size_t bytes) {
    V x[kCount];
    counters_.Next(x);
#pragma GCC unroll 14
    for (size_t round = kDone + 1; round < kRounds; round++) {
      const V key = keys_[round];
#pragma GCC unroll 8
      for (V& block : x) block = Isa::Aes(block, key);
    }
    const V key = keys_[kRounds];
    Vectors<Isa, kCount> ciphertext;
#pragma GCC unroll 8
    for (size_t i = 0; i < kCount; i++) {
      const size_t before = i * kVectorBytes<Isa>;
      const size_t here = bytes > before ? bytes - before : 0;
      const V text = Isa::LoadPart(input + before, here);
      const V crypted = Isa::AesLast(x[i], Isa::Xor(key, text));
      const V stored = Isa::StorePart(output + before, here, crypted);
      ciphertext.v[i] = kSealing ? stored : text;
    }
    if constexpr (kCount == 1) {
      hash_.AddOne(ciphertext.v[0]);
    } else {
#pragma GCC unroll 8
      for (size_t step = 0; step < kCount * Isa::kSteps / kVectors; step++) hash_.AddStep(ciphertext, step);
    }
  }

  // The message before which all have their tags, and those waiting, has been hashed.
  INLINE void Finish() {
    finals_.low[waiting_] = hash_.sum().low;
    finals_.middle[waiting_] = hash_.sum().middle;
    finals_.high[waiting_] = hash_.sum().high;
    waiting_++;
    if (waiting_ < kAtOnce && tagged_ + waiting_ < count_) return;
    WriteTags<Isa>(keys_, first_power_, finals_, messages_ + tagged_, waiting_);
    tagged_ += waiting_;
    waiting_ = 0;
  }

  static constexpr size_t kDone = Counters<Isa, Tables>::kRoundsDone;

  const LaneKeys<Isa>& keys_;
  Counters<Isa, Tables> counters_;
  Hash<Isa, Tables> hash_;
  const __m128i first_power_;
  const GcmMessage* const messages_;
  const size_t count_;
  Finals<Isa>& finals_;
  size_t tagged_ = 0;
  size_t waiting_ = 0;
};

template <typename Isa, typename Tables, bool kSealing>
[[gnu::noinline]] void RunWith(const LightTables<Isa>& light, const Tables& tables,
                               const GcmMessage* messages, size_t count) {
  Finals<Isa> finals;
  Run<Isa, Tables> run(light, tables, messages, count, finals);
  if constexpr (kSealing) {
    run.Seal();
  } else {
    run.Open();
  }
}

template <typename Isa, bool kSealing>
void RunAll(const GcmKey* key, const GcmMessage* messages, size_t count) {
  const auto& light = *reinterpret_cast<const LightTables<Isa>*>(key->state->tables);
  if (key->wide == nullptr) {
    RunWith<Isa, LightTables<Isa>, kSealing>(light, light, messages, count);
  } else {
    const auto& wide = *reinterpret_cast<const WideTablesOf<Isa>*>(key->wide->tables);
    RunWith<Isa, WideTablesOf<Isa>, kSealing>(light, wide, messages, count);
  }
}

}  // namespace

}  // namespace cryptable
