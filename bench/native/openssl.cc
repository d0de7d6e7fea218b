// Five calls a page; fetched once, so that 3.0's look-up of algorithms by name is not what is measured.
#include "openssl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

namespace cryptable::bench {

namespace {

using Context = std::shared_ptr<EVP_CIPHER_CTX>;

int Length(size_t bytes) { return static_cast<int>(bytes); }

bool Seal(EVP_CIPHER_CTX* context, const Page& page, size_t bytes) {
  int written;
  return EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, page.nonce) == 1 &&
         EVP_EncryptUpdate(context, nullptr, &written, page.aad, kBenchAadBytes) == 1 &&
         EVP_EncryptUpdate(context, page.sealed, &written, page.plain, Length(bytes)) == 1 &&
         EVP_EncryptFinal_ex(context, page.sealed + bytes, &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kBenchTagBytes, page.tag) == 1;
}

bool Open(EVP_CIPHER_CTX* context, const Page& page, size_t bytes) {
  int written;
  return EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, page.nonce) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &written, page.aad, kBenchAadBytes) == 1 &&
         EVP_DecryptUpdate(context, page.opened, &written, page.sealed, Length(bytes)) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kBenchTagBytes, page.tag) == 1 &&
         EVP_DecryptFinal_ex(context, page.opened + bytes, &written) == 1;
}

Context NewContext(const uint8_t* key, Way way) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const bool ready = cipher != nullptr && context != nullptr &&
                     EVP_CipherInit_ex(context.get(), cipher, nullptr, key, nullptr, way == Way::kSeal) == 1;
  return ready ? context : nullptr;
}

}  // namespace

Contestants OpenSsl(const Pages& pages, Way way) {
  const Context context = NewContext(pages.key(), way);
  const auto step = way == Way::kSeal ? Seal : Open;
  return {{"openssl", pages.count(), [=, &pages](size_t count) {
             bool fine = context != nullptr;
             for (size_t i = 0; fine && i < count; i++)
               fine = step(context.get(), pages.all()[i], pages.page_bytes());
             return fine;
           }}};
}

std::string OpenSslVersion() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace cryptable::bench
