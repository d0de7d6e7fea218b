// Our cipher: plain GCM on each kernel, and the XAES batches of the product.
#pragma once

#include "contestant.h"
#include "pages.h"

namespace cryptable::bench {

// One a kernel that this processor can run, best first, named like the kernel.
Contestants Ours(const Pages& pages, Way way);

// The whole of a batch as the addon runs it: random nonce, derived key, checked table, wiped state. `pages`
// are of Layout::kEngine. Named `xaes` and the kernel; the best kernel alone.
Contestants OursXaes(const Pages& pages, Way way);

}  // namespace cryptable::bench
