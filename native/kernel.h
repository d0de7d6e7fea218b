// What a kernel is: AES-256 and GCM for one instruction set, as a value in the list of kernels.cc.
//
// Kernels are compiled with flags that other code must not see. So this header holds plain data and no inline
// function or template: the linker could keep the copy that a kernel's flags shaped and hand it to everybody.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cryptable {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kBlockBytes = 16;
inline constexpr size_t kGcmNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;

// FIPS 197, section 5.2: fifteen round keys, as bytes, the same for every kernel. The first two are the key.
struct RoundKeys {
  alignas(16) uint8_t bytes[15 * kBlockBytes];
};

// All that GCM under one key needs, in the form its kernel likes best. Key material: lives in secret memory.
struct GcmState {
  RoundKeys round_keys;
  alignas(64) uint8_t tables[2304];
};

// More of the same, which pays for a key that many bytes are sealed or opened under. Key material as well.
struct WideTables {
  alignas(64) uint8_t tables[12800];
};

struct GcmKey {
  const GcmState* state;
  const WideTables* wide;  // of the same key, or nullptr: then the kernel does without
};

// One message. `output` is `input` or does not overlap it; `nonce` has kGcmNonceBytes, `tag` kTagBytes.
struct GcmMessage {
  const uint8_t* nonce;
  const uint8_t* aad;
  size_t aad_bytes;
  const uint8_t* input;
  uint8_t* output;
  size_t bytes;
  uint8_t* tag;
};

struct Kernel {
  const char* name;
  uint32_t cpu_features;  // every bit of cpu.h that must be there

  // `key` may be the first bytes of `round_keys`.
  void (*expand_key)(const uint8_t* key, RoundKeys* round_keys);
  // ECB, for deriving keys. `output` may be `input`.
  void (*encrypt_blocks)(const RoundKeys* round_keys, const uint8_t* input, uint8_t* output, size_t count);

  // Some keys at once, one after the other in `keys`: they can be had for less than one at a time.
  void (*set_up)(const uint8_t* keys, GcmState* states, size_t count);
  // nullptr where a kernel has no use for wide tables.
  void (*widen)(const GcmState* state, WideTables* wide);

  void (*seal)(const GcmKey* key, const GcmMessage* messages, size_t count);
  // Decrypts and writes the tags that the messages should carry; the caller compares, and wipes what differs.
  void (*open)(const GcmKey* key, const GcmMessage* messages, size_t count);

  // Clears the vector registers that held keys; called once, after the last message of a call.
  void (*scrub_registers)();
};

}  // namespace cryptable
