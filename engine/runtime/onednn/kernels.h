#pragma once

#include "runtime/plan/kernel.h"

namespace qs {

/// oneDNN's kernels by op name, and among them our own loops (runtime/kernels). Built on first use, then
/// immutable.
const runtime::KernelRegistry& oneDnnKernels();

}  // namespace qs
