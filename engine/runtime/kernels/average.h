#pragma once

#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// Average pooling, plain or adaptive, with whatever qparams, zero point or activation: a loop that sums each
/// window.
Result<std::string> lowerWindowAverages(NodeBuilder& b);

}  // namespace qs::runtime
