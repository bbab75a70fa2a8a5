#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// Any function of one 8-bit number (an activation, a product with one constant): a table of its 256 results
/// as the simulation computes them, so that both agree exactly. Refuses floats and further inputs.
Result<std::string> lowerLookup(NodeBuilder& b);

}  // namespace qs::onednn
