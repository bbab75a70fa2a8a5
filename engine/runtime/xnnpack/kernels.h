#pragma once

#include "runtime/plan/kernel.h"

namespace qs {

/// XNNPACK's kernels by op name, for graphs whose 8-bit activations are all signed (signed_graph.h).
const runtime::KernelRegistry& xnnpackKernels();

}  // namespace qs
