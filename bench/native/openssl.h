// OpenSSL through EVP, the way its manual reuses a context: the key stays, a nonce comes with each page.
#pragma once

#include "contestant.h"
#include "pages.h"

namespace cryptable::bench {

Contestants OpenSsl(const Pages& pages, Way way);

std::string OpenSslVersion();

}  // namespace cryptable::bench
