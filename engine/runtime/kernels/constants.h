#pragma once

#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// add or mul of an activation and a float constant that is broadcast to it. Integers are computed as
/// QLinearAdd and QLinearMul do it where the constant is on a grid, by channel as ops/channel_affine.h says,
/// and else as the simulation does.
Result<std::string> lowerConstants(NodeBuilder& b);

}  // namespace qs::runtime
