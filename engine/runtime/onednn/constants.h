#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// add or mul of an activation and a float constant that is broadcast to it. Integers are computed as
/// QLinearAdd and QLinearMul do it where the constant is on a grid, by channel as ops/channel_affine.h says,
/// and else as the simulation does.
Result<std::string> lowerConstants(NodeBuilder& b);

}  // namespace qs::onednn
