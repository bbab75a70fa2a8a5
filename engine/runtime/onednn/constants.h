#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// add or mul of an integer activation and a float constant that repeats itself along it: one a channel, or
/// one for each element of the inner axes. Equal to the simulation to the last bit.
Result<std::string> lowerConstants(NodeBuilder& b);

}  // namespace qs::onednn
