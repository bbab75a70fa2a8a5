#pragma once

#include "runtime/plan/kernel.h"

namespace qs {

/// Our own loops and tables by op name, for what libraries have nothing for. Built on first use, then
/// immutable.
const runtime::KernelRegistry& loopKernels();

}  // namespace qs
