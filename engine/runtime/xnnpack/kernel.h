#pragma once

#include "runtime/onednn/kernel.h"

namespace qs {

/// XNNPACK's kernels by op name, for graphs whose 8-bit activations are all signed (signed_graph.h).
const onednn::KernelRegistry& xnnpackKernels();

/// Our own loops and tables, for what XNNPACK has nothing for.
const onednn::KernelRegistry& loopKernels();

}  // namespace qs
