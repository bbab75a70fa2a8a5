#pragma once

#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// Integer convolutions of images or volumes in which each output channel reads one input channel.
Result<std::string> lowerDepthwise(NodeBuilder& b);

}  // namespace qs::runtime
