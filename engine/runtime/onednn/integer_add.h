#pragma once

#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

/// A step of our own that adds two integer tensors of one shape and layout, on the grids `p` and `q`, into
/// output 0. oneDNN's binary primitive and its sum post-operation add the zero point before they round, so
/// that halves go to the wrong side when it is odd, and they are common where scales are equal.
void addIntegerStep(NodeBuilder& b, const Operand& left, const QParams& p, const Operand& right,
                    const QParams& q);

}  // namespace qs::onednn
