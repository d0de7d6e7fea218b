// Published vectors on every usable kernel. Reads a vector a line from standard input, in hexadecimal, `-`
// for none:
//
//   gcm|xaes KEY NONCE AAD PLAIN CIPHERTEXT_AND_TAG valid|invalid
#include <algorithm>
#include <iostream>
#include <string>

#include "check.h"
#include "kernels.h"
#include "self_test.h"

namespace cryptable {

namespace {

struct Vector {
  std::string cipher, verdict;
  Buffer key, nonce, aad, plain, sealed;
};

Buffer FromHex(const std::string& hex) {
  Buffer bytes;
  if (hex == "-") return bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::istream& operator>>(std::istream& in, Vector& vector) {
  std::string key, nonce, aad, plain, sealed;
  in >> vector.cipher >> key >> nonce >> aad >> plain >> sealed >> vector.verdict;
  vector.key = FromHex(key);
  vector.nonce = FromHex(nonce);
  vector.aad = FromHex(aad);
  vector.plain = FromHex(plain);
  vector.sealed = FromHex(sealed);
  return in;
}

template <typename Cipher, typename Nonce>
void CheckMessage(Checks& checks, const char* kernel, Cipher& cipher, Nonce nonce, const Vector& vector,
                  size_t number) {
  Buffer opened(vector.plain.size(), 0xaa);
  const bool is_open = cipher.Open(nonce, vector.aad, vector.sealed, opened);
  if (vector.verdict == "invalid") {
    checks.That(!is_open && AreZeros(opened), "%s: vector %zu opens", kernel, number);
    return;
  }
  checks.That(is_open && opened == vector.plain, "%s: vector %zu does not open", kernel, number);
  Buffer sealed(vector.sealed.size());
  cipher.Seal(nonce, vector.aad, vector.plain, sealed);
  checks.That(sealed == vector.sealed, "%s: vector %zu is sealed otherwise", kernel, number);
}

void CheckOn(Checks& checks, const Kernel& kernel, const Vector& vector, size_t number) {
  Secret<XaesKey> key;
  if (!key) return checks.That(false, "no secret memory");
  const KeyBytes bytes = KeyBytes(vector.key.data(), kKeyBytes);
  if (vector.cipher == "xaes") {
    SetUpXaesKey(bytes, &*key);
    Xaes xaes(kernel, *key);
    CheckMessage(checks, kernel.name, xaes, XaesNonce(vector.nonce.data(), kXaesNonceBytes), vector, number);
  } else {
    Gcm gcm(kernel);
    gcm.UseKey(bytes);
    CheckMessage(checks, kernel.name, gcm, GcmNonce(vector.nonce.data(), kGcmNonceBytes), vector, number);
  }
}

}  // namespace

int Main() {
  Checks checks;
  for (const Kernel* kernel : UsableKernels()) printf("kernel %s\n", kernel->name);
  checks.That(PassesSelfTest(), "the self-test fails");
  size_t count = 0;
  for (Vector vector; std::cin >> vector; count++) {
    const size_t nonce_bytes = vector.cipher == "xaes" ? kXaesNonceBytes : kGcmNonceBytes;
    const bool is_whole = vector.key.size() == kKeyBytes && vector.nonce.size() == nonce_bytes &&
                          vector.sealed.size() == vector.plain.size() + kTagBytes;
    checks.That(is_whole, "vector %zu has other lengths", count);
    if (!is_whole) continue;
    for (const Kernel* kernel : UsableKernels()) CheckOn(checks, *kernel, vector, count);
  }
  printf("%zu vectors\n", count);
  return checks.Verdict();
}

}  // namespace cryptable

int main() { return cryptable::Main(); }
