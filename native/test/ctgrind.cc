// No branch and no address depends on a secret (R-CT-1), as memcheck sees it: keys, plaintext and the
// ciphertext made of them are declared undefined, and valgrind reports each jump and each index that they
// decide. Its processor has neither VAES nor AVX-512; dudect.cc looks at those kernels.
//
//   valgrind --error-exitcode=1 ctgrind         must be silent
//   valgrind --error-exitcode=1 ctgrind leaky   must not: a table look-up and a comparison that stops early
#include <valgrind/memcheck.h>

#include <cstring>

#include "check.h"
#include "envelope.h"
#include "kdf.h"
#include "kernels.h"
#include "page_table.h"

namespace cryptable {

namespace {

void MakeSecret(const void* memory, size_t bytes) { VALGRIND_MAKE_MEM_UNDEFINED(memory, bytes); }
void MakePublic(const void* memory, size_t bytes) { VALGRIND_MAKE_MEM_DEFINED(memory, bytes); }

}  // namespace

// The verdict of a comparison is no secret: whoever asked learns it. The linker puts Watched in the place of
// EqualInConstantTime (see CMakeLists.txt); what is compared stays secret.
bool Unwatched(Bytes left, Bytes right) asm("__real_" COMPARISON);
bool Watched(Bytes left, Bytes right) asm("__wrap_" COMPARISON);
bool Watched(Bytes left, Bytes right) {
  bool are_equal = Unwatched(left, right);
  MakePublic(&are_equal, sizeof(are_equal));
  return are_equal;
}

namespace {

constexpr size_t kLengths[] = {0, 1, 16, 31, 128, 129, 500, 1024, 1277, 4096};

void SealAndOpen(Checks& checks, const Kernel& kernel, const XaesKey& key) {
  Bytestream stream(1);
  PageTable pages(std::vector<size_t>(std::begin(kLengths), std::end(kLengths)), stream);
  const Buffer plain = pages.plain;
  MakeSecret(pages.plain.data(), pages.plain.size());
  checks.That(SealPages(kernel, key, pages.ToSeal()) == Fault::kNone, "%s does not seal", kernel.name);
  // Ciphertext stays what it is, a function of secrets. The nonce is public.
  Buffer opened(pages.plain.size());
  int64_t first_failed = 0;
  const Fault fault = OpenPages(kernel, key, pages.ToOpen(opened), &first_failed);
  MakePublic(opened.data(), opened.size());
  checks.That(fault == Fault::kNone && first_failed == -1 && opened == plain, "%s does not open",
              kernel.name);
  pages.SealedPage(3).back() ^= 1;
  checks.That(OpenPages(kernel, key, pages.ToOpen(opened), &first_failed) == Fault::kNone, "%s does not open",
              kernel.name);
  checks.That(first_failed == 3, "%s opens a tampered page", kernel.name);
}

void WrapAndUnwrap(Checks& checks, const XaesKey& key) {
  Bytestream stream(2);
  Buffer child(kKeyBytes), context = stream.Bytes(40), sealed(kKeyBytes + kEnvelopeBytes), opened(kKeyBytes);
  HkdfExpand(key.bytes(), context, std::span<uint8_t, kHashBytes>(child.data(), kHashBytes));
  checks.That(SealEnvelope(key, child, context, sealed) == Fault::kNone, "a key is not wrapped");
  const Fault fault = OpenEnvelope(key, sealed, context, opened);
  MakePublic(opened.data(), opened.size());
  MakePublic(child.data(), child.size());
  checks.That(fault == Fault::kNone && opened == child, "a key is not unwrapped");
}

void CompareTags(Checks& checks) {
  uint8_t left[kTagBytes] = {1}, right[kTagBytes] = {1};
  MakeSecret(left, sizeof(left));
  MakeSecret(right, sizeof(right));
  checks.That(EqualInConstantTime(left, right), "equal tags differ");
  MakePublic(right, sizeof(right));
  right[7] = 1;
  MakeSecret(right, sizeof(right));
  checks.That(!EqualInConstantTime(left, right), "different tags are equal");
}

// What the tool is there to find; if it does not, its silence about the rest means nothing.
void Leak(Checks& checks, const XaesKey& key) {
  static const uint8_t table[256] = {1, 2, 3};
  volatile uint8_t looked_up = table[key.bytes()[5]];
  size_t equal = 0;
  while (equal < kKeyBytes && key.bytes()[equal] == table[equal]) equal++;
  MakePublic(&equal, sizeof(equal));
  checks.That(equal < kKeyBytes, "the key is the table, %d", looked_up);
}

}  // namespace

int Main(bool is_leaky) {
  Checks checks;
  Bytestream stream(3);
  Buffer bytes = stream.Bytes(kKeyBytes);
  MakeSecret(bytes.data(), bytes.size());
  Secret<XaesKey> key;
  if (!key) return 1;
  SetUpXaesKey(KeyBytes(bytes.data(), kKeyBytes), &*key);
  for (const Kernel* kernel : UsableKernels()) {
    printf("kernel %s\n", kernel->name);
    SealAndOpen(checks, *kernel, *key);
  }
  WrapAndUnwrap(checks, *key);
  CompareTags(checks);
  if (is_leaky) Leak(checks, *key);
  if (RUNNING_ON_VALGRIND == 0) checks.That(false, "this shows nothing unless valgrind runs it");
  return checks.Verdict();
}

}  // namespace cryptable

int main(int count, char** arguments) {
  return cryptable::Main(count > 1 && strcmp(arguments[1], "leaky") == 0);
}
