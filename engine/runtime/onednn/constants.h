#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// add or mul of an activation and a float constant that is broadcast to it. Integers are equal to the
/// simulation to the last bit.
Result<std::string> lowerConstants(NodeBuilder& b);

}  // namespace qs::onednn
