#pragma once

#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// Along the last axis: exp(x - max) of 8-bit numbers takes 256 values. Refuses floats.
Result<std::string> lowerSoftmax(NodeBuilder& b);

}  // namespace qs::runtime
