#pragma once

#include "runtime/xnnpack/operator.h"

namespace qs::runtime::xnnpack {

/// Adds a step that turns signed bytes into unsigned ones or back by flipping their top bits, for operators
/// that XNNPACK has for unsigned bytes only. Contents of y: q + 128 or q - 128; both lie alike.
void addFlip(NodeBuilder& b, const Operand& x, const Operand& y);

}  // namespace qs::runtime::xnnpack
