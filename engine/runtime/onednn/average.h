#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// Average pooling, plain or adaptive, with whatever qparams, zero point or activation: a loop that sums each
/// window.
Result<std::string> lowerWindowAverages(NodeBuilder& b);

}  // namespace qs::onednn
