// Counter mode in x86 kernels: the blocks that are encrypted into a key stream. x86_tables.h says who may
// include this.
#pragma once

#include "x86_tables.h"

namespace cryptable {

namespace {

INLINE __m128i LoadNonce(const uint8_t* nonce) {
  int last;
  memcpy(&last, nonce + 8, sizeof(last));
  return _mm_insert_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(nonce)), last, 2);
}

// The block of counter 1, whose encryption hides the tag.
INLINE __m128i FirstCounterBlock(const uint8_t* nonce) {
  return _mm_insert_epi32(LoadNonce(nonce), 1 << 24, 3);
}

// The blocks of one message's key stream, from that of counter 2 on; in segments of 256, among which all but
// the lowest byte of the counter stays the same.
template <typename Isa, typename Tables>
class Counters {
 public:
  using V = typename Isa::V;
  // Up to here Next has come.
  static constexpr size_t kRoundsDone = Tables::kHasFirstRounds ? 1 : 0;

  INLINE Counters(const LaneKeys<Isa>& keys, const Tables& tables) : keys_(keys), tables_(tables) {}

  INLINE void Start(const uint8_t* nonce) {
    nonce_ = LoadNonce(nonce);
    segment_ = 0;
    StartSegment();
  }

  // What goes into the round after kRoundsDone. Fewer than kVectors only at the end of a message.
  template <size_t kCount>
  INLINE void Next(V (&x)[kCount]) {
    const V step = Isa::Broadcast(_mm_set_epi32(static_cast<int>(Isa::kLanes << 24), 0, 0, 0));
#pragma GCC unroll 8
    for (size_t i = 0; i < kCount; i++) {
      if constexpr (Tables::kHasFirstRounds) {
        x[i] = Isa::Xor(base_, Isa::LoadBlocks(tables_.first_rounds + at_ + i * kVectorBytes<Isa>));
      } else {
        x[i] = Isa::Xor(base_, lowest_);
        lowest_ = Isa::AddWords(lowest_, step);
      }
    }
    at_ += kCount * kVectorBytes<Isa>;
    if constexpr (kCount == kVectors) {
      if (at_ == 256 * kBlockBytes) NextSegment(x);
    }
  }

 private:
  // The block, ready for Next's round, whose counter has `segment_` above a lowest byte of zeros.
  INLINE void StartSegment() {
    const int counter = static_cast<int>(__builtin_bswap32(segment_ << 8));
    const V block = Isa::Broadcast(_mm_insert_epi32(nonce_, counter, 3));
    at_ = 0;
    base_ = Isa::Xor(block, keys_[0]);
    if constexpr (Tables::kHasFirstRounds) {
      base_ = Isa::Aes(base_, keys_[1]);
    } else {
      lowest_ = LowestBytes<Isa>();
    }
  }

  // A segment begins with counter 2, so its last two blocks have the counters 0 and 1 of the next.
  INLINE void NextSegment(V (&x)[kVectors]) {
    constexpr size_t late_vectors = Isa::kLanes == 1 ? 2 : 1;
    const V before = base_;
    segment_++;
    StartSegment();
#pragma GCC unroll 2
    for (size_t i = kVectors - late_vectors; i < kVectors; i++) {
      x[i] = Isa::Xor(x[i], Isa::LastBlocks(Isa::Xor(before, base_)));
    }
  }

  const LaneKeys<Isa>& keys_;
  const Tables& tables_;
  __m128i nonce_;
  V base_;
  V lowest_;  // without first rounds: the lowest bytes of the counters
  uint32_t segment_;
  size_t at_;  // in the segment, in bytes
};

}  // namespace

}  // namespace cryptable
