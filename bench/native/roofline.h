// What the processor could do at best: the instructions that 64 bytes cannot do without, in registers alone.
#pragma once

#include "contestant.h"

namespace cryptable::bench {

// For each kernel, at the width of its registers, a unit being 64 bytes:
//   KERNEL_aes       13 AES rounds a block; the first of 14 can come from a table
//   KERNEL_clmul     3 carry-less multiplications a block, as Karatsuba needs them
//   KERNEL_mixed     both
//   KERNEL_roofline  both, a byte shuffle and three xors: text, and sums of products taken two at a time
// Empty where the processor has no such instructions, or not the encoding that the loops are written in.
Contestants RooflineParts();
// KERNEL_roofline alone.
Contestants Rooflines();

}  // namespace cryptable::bench
