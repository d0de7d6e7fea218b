// Every usable kernel against the portable one, which has least in common with them: each length from nothing
// to past a page and a block, at changing alignments, with changing associated data, in place and apart
// (R-KAT-1).
//
//   equivalence [LENGTH_MAX [SEED]]
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "check.h"
#include "kernels.h"

namespace cryptable {

namespace {

constexpr size_t kAlignments = 64;
constexpr size_t kAadBytesMax = 300;
constexpr size_t kLongLengths[] = {8191, 8192, 8208, 12'288, 16'401, 65'535, 65'536, 65'553, 1'000'003};
constexpr size_t kMargin = 64;
constexpr uint8_t kUntouched = 0xa5;

struct Case {
  Buffer nonce, aad, plain, sealed;
};

// A message somewhere in a buffer whose rest must stay as it was.
class Placed {
 public:
  Placed(size_t offset, Bytes content, size_t bytes)
      : offset_(offset), bytes_(bytes), buffer_(offset + bytes + kMargin, kUntouched) {
    size_t at = offset;
    for (const uint8_t byte : content) buffer_[at++] = byte;
  }

  WritableBytes whole() { return WritableBytes(buffer_).subspan(offset_, bytes_); }

  bool IsRestUntouched() const {
    const auto is_untouched = [](uint8_t byte) { return byte == kUntouched; };
    const Bytes before = Bytes(buffer_).first(offset_), after = Bytes(buffer_).subspan(offset_ + bytes_);
    return std::all_of(before.begin(), before.end(), is_untouched) &&
           std::all_of(after.begin(), after.end(), is_untouched);
  }

 private:
  size_t offset_, bytes_;
  Buffer buffer_;
};

bool AreEqual(Bytes left, Bytes right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

void CheckSealing(Checks& checks, const char* name, Gcm& gcm, const Case& wanted, size_t offset) {
  const size_t bytes = wanted.plain.size();
  const GcmNonce nonce(wanted.nonce.data(), kGcmNonceBytes);
  Placed apart(offset, {}, bytes + kTagBytes);
  gcm.Seal(nonce, wanted.aad, wanted.plain, apart.whole());
  checks.That(AreEqual(apart.whole(), wanted.sealed) && apart.IsRestUntouched(), "%s seals %zu bytes wrongly",
              name, bytes);
  Placed in_place(offset, wanted.plain, bytes + kTagBytes);
  gcm.Seal(nonce, wanted.aad, in_place.whole().first(bytes), in_place.whole());
  checks.That(AreEqual(in_place.whole(), wanted.sealed) && in_place.IsRestUntouched(),
              "%s seals %zu bytes wrongly in place", name, bytes);
}

void CheckOpening(Checks& checks, const char* name, Gcm& gcm, const Case& wanted, size_t offset,
                  size_t changed_bit) {
  const size_t bytes = wanted.plain.size();
  const GcmNonce nonce(wanted.nonce.data(), kGcmNonceBytes);
  Placed apart(offset, {}, bytes);
  const bool is_open = gcm.Open(nonce, wanted.aad, wanted.sealed, apart.whole());
  checks.That(is_open && AreEqual(apart.whole(), wanted.plain) && apart.IsRestUntouched(),
              "%s opens %zu bytes wrongly", name, bytes);
  Placed in_place(offset, wanted.sealed, bytes + kTagBytes);
  const bool is_open_in_place = gcm.Open(nonce, wanted.aad, in_place.whole(), in_place.whole().first(bytes));
  checks.That(is_open_in_place && AreEqual(in_place.whole().first(bytes), wanted.plain),
              "%s opens %zu bytes wrongly in place", name, bytes);

  Buffer tampered = wanted.sealed;
  tampered[changed_bit / 8] ^= static_cast<uint8_t>(1 << changed_bit % 8);
  Placed refused(offset, {}, bytes);
  const bool is_tampered_open = gcm.Open(nonce, wanted.aad, tampered, refused.whole());
  checks.That(!is_tampered_open && AreZeros(refused.whole()) && refused.IsRestUntouched(),
              "%s opens %zu tampered bytes", name, bytes);
}

// A kernel at work, and the key it works with.
class Subject {
 public:
  Subject(Bytestream& stream, const Kernel& kernel) : name_(kernel.name), gcm_(kernel) {
    Use(stream.Bytes(kKeyBytes));
  }

  const char* name() const { return name_; }
  Gcm& gcm() { return gcm_; }
  const Buffer& key() const { return key_; }

  void Use(const Buffer& key) {
    key_ = key;
    gcm_.UseKey(KeyBytes(key_.data(), kKeyBytes));
  }

 private:
  const char* name_;
  Buffer key_;
  Gcm gcm_;
};

void CheckLength(Checks& checks, Bytestream& stream, Gcm& reference, Subject& subject, size_t bytes) {
  Case wanted{stream.Bytes(kGcmNonceBytes), stream.Bytes(stream.Below(kAadBytesMax)), stream.Bytes(bytes),
              Buffer(bytes + kTagBytes)};
  reference.UseKey(KeyBytes(subject.key().data(), kKeyBytes));
  reference.Seal(GcmNonce(wanted.nonce.data(), kGcmNonceBytes), wanted.aad, wanted.plain, wanted.sealed);
  const size_t offset = bytes % kAlignments;
  CheckSealing(checks, subject.name(), subject.gcm(), wanted, offset);
  CheckOpening(checks, subject.name(), subject.gcm(), wanted, offset, stream.Below(8 * wanted.sealed.size()));
}

}  // namespace

int Main(size_t bytes_max, uint64_t seed) {
  Checks checks;
  Bytestream stream(seed);
  printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::vector<size_t> lengths;
  for (size_t bytes = 0; bytes <= bytes_max; bytes++) lengths.push_back(bytes);
  lengths.insert(lengths.end(), std::begin(kLongLengths), std::end(kLongLengths));
  Gcm reference(*UsableKernels().back());
  for (const Kernel* kernel : UsableKernels()) {
    printf("kernel %s\n", kernel->name);
    Subject lasting(stream, *kernel), changing(stream, *kernel);
    for (const size_t bytes : lengths) {
      changing.Use(stream.Bytes(kKeyBytes));
      CheckLength(checks, stream, reference, changing, bytes);
      CheckLength(checks, stream, reference, lasting, bytes);
    }
  }
  return checks.Verdict();
}

}  // namespace cryptable

int main(int count, char** arguments) {
  const size_t bytes_max = count > 1 ? strtoul(arguments[1], nullptr, 10) : 4113;
  return cryptable::Main(bytes_max, count > 2 ? strtoull(arguments[2], nullptr, 10) : 1);
}
