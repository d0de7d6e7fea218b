// Intel's Multi-Buffer Crypto for IPsec, its direct calls for a whole message, on each tier it has here.
#pragma once

#include "contestant.h"
#include "pages.h"

namespace cryptable::bench {

// Named `ipsec_mb` and the tier, best first.
Contestants IpsecMb(const Pages& pages, Way way);

std::string IpsecMbVersion();

}  // namespace cryptable::bench
