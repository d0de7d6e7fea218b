// The kernel for any CPU: bit-sliced AES and carry-less multiplication by integers, with no table look-up and
// no branch on a secret.
#include <cstring>

#include "kernel.h"

namespace cryptable {

namespace {

using Wide = unsigned __int128;

// ---- AES ----
// Eight blocks at a time, four in each 64-bit lane of a plane. Plane k holds bit k of every byte; eight bits
// of a lane are four blocks at two byte positions, p and p + 8:
//
//   bits 0..31   rows 0 to 3, each 4 bits of column 0, then 4 bits of column 2
//   bits 32..63  rows 0 to 3, each 4 bits of column 1, then 4 bits of column 3

constexpr size_t kLanes = 2;
constexpr size_t kBlocksPerLane = 4;
constexpr size_t kBlocks = kLanes * kBlocksPerLane;
constexpr size_t kRounds = 14;

typedef uint64_t Plane __attribute__((vector_size(8 * kLanes)));
typedef uint32_t HalfLanes __attribute__((vector_size(8 * kLanes)));

struct Planes {
  Plane bit[8];
};

// What GcmState::tables holds.
struct Tables {
  Planes round_keys[kRounds + 1];
  uint64_t hash_key[3][5];  // low half, high half, their sum; each split by Split
};
static_assert(sizeof(Tables) <= sizeof(GcmState::tables));

const Tables& TablesOf(const GcmState* state) { return *reinterpret_cast<const Tables*>(state->tables); }

// Boyar and Peralta, "A small depth-16 circuit for the AES S-box" (2012), and the 113-gate circuit of the
// same authors: inversion in a tower of fields, between two linear layers. Their bit 0 is the highest.
void SubBytes(Planes& s) {
  const Plane x0 = s.bit[7], x1 = s.bit[6], x2 = s.bit[5], x3 = s.bit[4];
  const Plane x4 = s.bit[3], x5 = s.bit[2], x6 = s.bit[1], x7 = s.bit[0];

  const Plane y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5;
  const Plane t0 = x1 ^ x2, y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14;
  const Plane y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8, t1 = x4 ^ y12;
  const Plane y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0;
  const Plane y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8;
  const Plane y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;

  const Plane t2 = y12 & y15, t3 = y3 & y6, t4 = t3 ^ t2, t5 = y4 & x7;
  const Plane t6 = t5 ^ t2, t7 = y13 & y16, t8 = y5 & y1, t9 = t8 ^ t7;
  const Plane t10 = y2 & y7, t11 = t10 ^ t7, t12 = y9 & y11, t13 = y14 & y17;
  const Plane t14 = t13 ^ t12, t15 = y8 & y10, t16 = t15 ^ t12;
  const Plane t17 = t4 ^ t14, t18 = t6 ^ t16, t19 = t9 ^ t14, t20 = t11 ^ t16;
  const Plane t21 = t17 ^ y20, t22 = t18 ^ y19, t23 = t19 ^ y21, t24 = t20 ^ y18;

  const Plane t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t28 = t25 & t27;
  const Plane t29 = t28 ^ t22, t30 = t23 ^ t24, t31 = t22 ^ t26, t32 = t31 & t30;
  const Plane t33 = t32 ^ t24, t34 = t23 ^ t33, t35 = t27 ^ t33, t36 = t24 & t35;
  const Plane t37 = t36 ^ t34, t38 = t27 ^ t36, t39 = t29 & t38, t40 = t25 ^ t39;
  const Plane t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40, t44 = t33 ^ t37;
  const Plane t45 = t42 ^ t41;

  const Plane z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1;
  const Plane z5 = t29 & y7, z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12;
  const Plane z10 = t37 & y3, z11 = t33 & y4, z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2;
  const Plane z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;

  const Plane t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10;
  const Plane t50 = z2 ^ z12, t51 = z2 ^ z5, t52 = z7 ^ z8, t53 = z0 ^ z3;
  const Plane t54 = z6 ^ z7, t55 = z16 ^ z17, t56 = z12 ^ t48, t57 = t50 ^ t53;
  const Plane t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57, t61 = z14 ^ t57;
  const Plane t62 = t52 ^ t58, t63 = t49 ^ t58, t64 = z4 ^ t59, t65 = t61 ^ t62;
  const Plane t66 = z1 ^ t63, t67 = t64 ^ t65;

  const Plane s3 = t53 ^ t66;
  s.bit[7] = t59 ^ t63;
  s.bit[6] = ~(t64 ^ s3);
  s.bit[5] = ~(t55 ^ t67);
  s.bit[4] = s3;
  s.bit[3] = t51 ^ t66;
  s.bit[2] = t47 ^ t65;
  s.bit[1] = ~(t56 ^ t62);
  s.bit[0] = ~(t48 ^ t60);
}

// Exchanges the bits of `mask` in `low` with those `distance` above them in `high`.
void Exchange(Plane& high, Plane& low, int distance, uint64_t mask) {
  const Plane t = (high >> distance ^ low) & mask;
  low ^= t;
  high ^= t << distance;
}

// Row r moves r columns. Rows 1 and 3 change between even and odd columns; two columns of each pair change
// places in row 1 on their way to the odd ones, in row 3 on their way to the even ones, in row 2 everywhere.
void ShiftRows(Planes& s) {
  for (Plane& x : s.bit) {
    x = (x & 0x00ff00ff00ff00ff) | ((x >> 32 | x << 32) & 0xff00ff00ff00ff00);
    Exchange(x, x, 4, 0x000f0f000f0f0000);
  }
}

// Every byte becomes the one a row, or two rows, below it.
Plane NextRow(Plane x) {
  const HalfLanes halves = reinterpret_cast<HalfLanes>(x);
  return reinterpret_cast<Plane>(halves >> 8 | halves << 24);
}
Plane NextButOneRow(Plane x) {
  const HalfLanes halves = reinterpret_cast<HalfLanes>(x);
  return reinterpret_cast<Plane>(halves >> 16 | halves << 16);
}

// 2 a0 + 3 a1 + a2 + a3, written with t = a0 + a1: doubled t, a1, and t two rows below.
void MixColumns(Planes& s) {
  Planes below, t;
  for (int k = 0; k < 8; k++) {
    below.bit[k] = NextRow(s.bit[k]);
    t.bit[k] = s.bit[k] ^ below.bit[k];
  }
  for (int k = 0; k < 8; k++) {
    Plane doubled = k == 0 ? t.bit[7] : t.bit[k - 1];
    if (k == 1 || k == 3 || k == 4) doubled ^= t.bit[7];
    s.bit[k] = doubled ^ below.bit[k] ^ NextButOneRow(t.bit[k]);
  }
}

void AddRoundKey(Planes& s, const Planes& round_key) {
  for (int k = 0; k < 8; k++) s.bit[k] ^= round_key.bit[k];
}

void Encrypt(const Planes (&round_keys)[kRounds + 1], Planes& s) {
  AddRoundKey(s, round_keys[0]);
  for (size_t round = 1; round < kRounds; round++) {
    SubBytes(s);
    ShiftRows(s);
    MixColumns(s);
    AddRoundKey(s, round_keys[round]);
  }
  SubBytes(s);
  ShiftRows(s);
  AddRoundKey(s, round_keys[kRounds]);
}

// Half blocks into planes, and back: bit k of byte j of word w goes to bit w of byte j of word k. A matrix is
// transposed by exchanging ever larger quarters of it.
void Transpose(Planes& s) {
  constexpr uint64_t masks[3] = {0x5555555555555555, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f};
  for (int step = 0; step < 3; step++) {
    const int distance = 1 << step;
    for (int w = 0; w < 8; w++) {
      if ((w & distance) == 0) Exchange(s.bit[w], s.bit[w + distance], distance, masks[step]);
    }
  }
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

Planes Load(const uint8_t* blocks) {
  Planes s;
  for (size_t b = 0; b < kBlocks; b++) {
    uint64_t halves[2];
    memcpy(halves, blocks + b * kBlockBytes, kBlockBytes);
    s.bit[b % kBlocksPerLane][b / kBlocksPerLane] = halves[0];
    s.bit[b % kBlocksPerLane + 4][b / kBlocksPerLane] = halves[1];
  }
  Transpose(s);
  return s;
}

void Store(Planes s, uint8_t* blocks) {
  Transpose(s);
  for (size_t b = 0; b < kBlocks; b++) {
    const uint64_t halves[2] = {s.bit[b % kBlocksPerLane][b / kBlocksPerLane],
                                s.bit[b % kBlocksPerLane + 4][b / kBlocksPerLane]};
    memcpy(blocks + b * kBlockBytes, halves, kBlockBytes);
  }
}

// Every block is under the same key.
void SliceRoundKeys(const RoundKeys& bytes, Planes (&sliced)[kRounds + 1]) {
  for (size_t round = 0; round <= kRounds; round++) {
    uint8_t blocks[kBlocks * kBlockBytes];
    for (size_t b = 0; b < kBlocks; b++) {
      memcpy(blocks + b * kBlockBytes, bytes.bytes + round * kBlockBytes, kBlockBytes);
    }
    sliced[round] = Load(blocks);
  }
}

void SubWord(uint8_t (&word)[4]) {
  uint8_t blocks[kBlocks * kBlockBytes] = {};
  memcpy(blocks, word, sizeof(word));
  Planes s = Load(blocks);
  SubBytes(s);
  Store(s, blocks);
  memcpy(word, blocks, sizeof(word));
}

// FIPS 197, section 5.2.
void ExpandKey(const uint8_t* key, RoundKeys* round_keys) {
  uint8_t* const bytes = round_keys->bytes;
  memmove(bytes, key, kKeyBytes);
  uint8_t round_constant = 1;
  for (size_t at = kKeyBytes; at < sizeof(round_keys->bytes); at += 4) {
    uint8_t word[4];
    memcpy(word, bytes + at - 4, sizeof(word));
    if (at % kKeyBytes == 0) {
      const uint8_t first = word[0];
      word[0] = word[1], word[1] = word[2], word[2] = word[3], word[3] = first;
      SubWord(word);
      word[0] ^= round_constant;
      round_constant = static_cast<uint8_t>(round_constant << 1);
    } else if (at % kKeyBytes == kKeyBytes / 2) {
      SubWord(word);
    }
    for (size_t i = 0; i < 4; i++) bytes[at + i] = bytes[at + i - kKeyBytes] ^ word[i];
  }
}

void EncryptBlocks(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count) {
  Planes sliced[kRounds + 1];
  SliceRoundKeys(*round_keys, sliced);
  while (count > 0) {
    const size_t taken = count < kBlocks ? count : kBlocks;
    uint8_t blocks[kBlocks * kBlockBytes] = {};
    memcpy(blocks, input, taken * kBlockBytes);
    Planes s = Load(blocks);
    Encrypt(sliced, s);
    Store(s, blocks);
    memcpy(output, blocks, taken * kBlockBytes);
    input += taken * kBlockBytes, output += taken * kBlockBytes, count -= taken;
  }
}

// ---- GHASH ----
// As POLYVAL (RFC 8452, appendix A): blocks are read backwards, and a product of GHASH is one of POLYVAL with
// a hash key multiplied by x. That saves shifting every product by a bit.

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof(word));
  return __builtin_bswap64(word);
}

void StoreBigEndian(uint64_t word, uint8_t* bytes) {
  word = __builtin_bswap64(word);
  memcpy(bytes, &word, sizeof(word));
}

struct Element {
  uint64_t low, high;
};

Element LoadElement(const uint8_t* block) { return {LoadBigEndian(block + 8), LoadBigEndian(block)}; }

// Every fifth bit. A column of a product of two such numbers adds 13 bits at most: the sum stays below the
// next column, and its lowest bit is the carry-less sum.
constexpr uint64_t kEveryFifth = 0x1084210842108421;

void Split(uint64_t x, uint64_t (&parts)[5]) {
  for (int i = 0; i < 5; i++) parts[i] = x & kEveryFifth << i;
}

Wide Multiply(const uint64_t (&x)[5], const uint64_t (&y)[5]) {
  constexpr Wide every_fifth = Wide{kEveryFifth << 1} << 64 | kEveryFifth;
  Wide product = 0;
  for (int i = 0; i < 5; i++) {
    Wide sum = 0;
    for (int j = 0; j < 5; j++) sum ^= Wide{x[j]} * y[(i + 5 - j) % 5];
    product |= sum & every_fifth << i;
  }
  return product;
}

// x is 0 or 1 times what follows: no branch.
Element TimesX(Element a) {
  const uint64_t carry = -(a.high >> 63);
  return {(a.low << 1) ^ (carry & 1), (a.high << 1 | a.low >> 63) ^ (carry & 0xc200000000000000)};
}

// Karatsuba, and the reduction of RFC 8452: each of the two low words is folded into the two words above it.
Element MultiplyByHashKey(Element a, const uint64_t (&key)[3][5]) {
  uint64_t parts[3][5];
  Split(a.low, parts[0]);
  Split(a.high, parts[1]);
  Split(a.low ^ a.high, parts[2]);
  const Wide low = Multiply(parts[0], key[0]);
  const Wide high = Multiply(parts[1], key[1]);
  const Wide middle = Multiply(parts[2], key[2]) ^ low ^ high;
  uint64_t p0 = static_cast<uint64_t>(low);
  uint64_t p1 = static_cast<uint64_t>(low >> 64) ^ static_cast<uint64_t>(middle);
  uint64_t p2 = static_cast<uint64_t>(high) ^ static_cast<uint64_t>(middle >> 64);
  uint64_t p3 = static_cast<uint64_t>(high >> 64);
  p1 ^= p0 << 63 ^ p0 << 62 ^ p0 << 57;
  p2 ^= p0 ^ p0 >> 1 ^ p0 >> 2 ^ p0 >> 7;
  p2 ^= p1 << 63 ^ p1 << 62 ^ p1 << 57;
  p3 ^= p1 ^ p1 >> 1 ^ p1 >> 2 ^ p1 >> 7;
  return {p2, p3};
}

void Absorb(const Tables& tables, const uint8_t* block, Element& hash) {
  const Element x = LoadElement(block);
  hash = MultiplyByHashKey({hash.low ^ x.low, hash.high ^ x.high}, tables.hash_key);
}

// Any number of bytes; the last block is filled up with zeros.
void AbsorbPadded(const Tables& tables, const uint8_t* bytes, size_t count, Element& hash) {
  for (; count >= kBlockBytes; bytes += kBlockBytes, count -= kBlockBytes) Absorb(tables, bytes, hash);
  if (count == 0) return;
  uint8_t block[kBlockBytes] = {};
  memcpy(block, bytes, count);
  Absorb(tables, block, hash);
}

// ---- GCM ----

void SetUpOne(const uint8_t* key, GcmState* state) {
  ExpandKey(key, &state->round_keys);
  Tables& tables = *reinterpret_cast<Tables*>(state->tables);
  SliceRoundKeys(state->round_keys, tables.round_keys);
  uint8_t hash_key[kBlockBytes] = {};
  EncryptBlocks(&state->round_keys, hash_key, hash_key, 1);
  const Element h = TimesX(LoadElement(hash_key));
  Split(h.low, tables.hash_key[0]);
  Split(h.high, tables.hash_key[1]);
  Split(h.low ^ h.high, tables.hash_key[2]);
}

// Key stream for eight blocks, from the counter on.
void KeyStream(const Tables& tables, const uint8_t* nonce, uint32_t counter,
               uint8_t (&stream)[kBlocks * kBlockBytes]) {
  for (size_t b = 0; b < kBlocks; b++) {
    uint8_t* const block = stream + b * kBlockBytes;
    const uint32_t big_endian = __builtin_bswap32(counter + static_cast<uint32_t>(b));
    memcpy(block, nonce, kGcmNonceBytes);
    memcpy(block + kGcmNonceBytes, &big_endian, sizeof(big_endian));
  }
  Planes s = Load(stream);
  Encrypt(tables.round_keys, s);
  Store(s, stream);
}

// NIST SP 800-38D, sections 7.1 and 7.2. The hash is over the ciphertext: the output when sealing, else the
// input.
template <bool kSealing>
void RunOne(const GcmState* state, const GcmMessage* message) {
  const Tables& tables = TablesOf(state);
  Element hash{0, 0};
  AbsorbPadded(tables, message->aad, message->aad_bytes, hash);
  // The first block of the stream, counter 1, is kept for the tag; the text begins with the second.
  uint8_t stream[kBlocks * kBlockBytes];
  uint32_t counter = 1;
  KeyStream(tables, message->nonce, counter, stream);
  uint8_t tag_mask[kBlockBytes];
  memcpy(tag_mask, stream, kBlockBytes);
  size_t used = kBlockBytes;
  for (size_t at = 0; at < message->bytes;) {
    if (used == sizeof(stream)) {
      counter += kBlocks;
      KeyStream(tables, message->nonce, counter, stream);
      used = 0;
    }
    const size_t left = message->bytes - at;
    const size_t taken = left < sizeof(stream) - used ? left : sizeof(stream) - used;
    const uint8_t* const input = message->input + at;
    uint8_t* const output = message->output + at;
    if (!kSealing) AbsorbPadded(tables, input, taken, hash);
    for (size_t i = 0; i < taken; i++) output[i] = input[i] ^ stream[used + i];
    if (kSealing) AbsorbPadded(tables, output, taken, hash);
    at += taken, used += taken;
  }
  const Element lengths{uint64_t{message->bytes} * 8, uint64_t{message->aad_bytes} * 8};
  hash = MultiplyByHashKey({hash.low ^ lengths.low, hash.high ^ lengths.high}, tables.hash_key);
  StoreBigEndian(hash.high, message->tag);
  StoreBigEndian(hash.low, message->tag + 8);
  for (size_t i = 0; i < kBlockBytes; i++) message->tag[i] ^= tag_mask[i];
}

void SetUp(const uint8_t* keys, GcmState* states, size_t count) {
  for (size_t i = 0; i < count; i++) SetUpOne(keys + i * kKeyBytes, &states[i]);
}

template <bool kSealing>
void Run(const GcmKey* key, const GcmMessage* messages, size_t count) {
  for (size_t i = 0; i < count; i++) RunOne<kSealing>(key->state, &messages[i]);
}

// What is left in registers here is the last block of a key stream and no key.
void ScrubRegisters() {}

}  // namespace

extern const Kernel kPortable{"portable", 0,         ExpandKey,  EncryptBlocks, SetUp,
                              nullptr,    Run<true>, Run<false>, ScrubRegisters};

}  // namespace cryptable
