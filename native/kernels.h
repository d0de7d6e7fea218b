// The kernels this build has and this processor can run.
#pragma once

#include <span>

#include "kernel.h"

namespace cryptable {

// Best first; never empty, since the portable kernel needs nothing.
std::span<const Kernel* const> UsableKernels();

const Kernel& BestKernel();

}  // namespace cryptable
