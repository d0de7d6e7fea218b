// Finds pages of a batch that would spoil each other. Memory is safe without; what is sealed or opened is
// not.
#pragma once

#include "batch.h"

namespace cryptable {

enum class Direction { kSeal, kOpen };

// kPagesOverlap where what one page writes is also written, or read, by another, or is its own associated
// data. All pages have to lie inside their buffers: see IsSealable and IsOpenable. Linear for batches that go
// up their buffers page by page, else it sorts them.
[[nodiscard]] Fault CheckOverlap(const PageBatch& batch, Direction direction);

}  // namespace cryptable
