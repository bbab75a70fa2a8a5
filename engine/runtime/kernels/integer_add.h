#pragma once

#include "runtime/plan/node_builder.h"

namespace qs::runtime {

/// A step of our own that adds two integer tensors of one shape and layout, on the grids `p` and `q`, into
/// output 0, as addIntegers() says: oneDNN's binary primitive adds in another order, and puts halves, which
/// are common where scales are equal, on the other side.
void addIntegerStep(NodeBuilder& b, const Operand& left, const QParams& p, const Operand& right,
                    const QParams& q);

}  // namespace qs::runtime
