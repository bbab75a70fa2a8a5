#pragma once

#include "runtime/xnnpack/operator.h"
#include "runtime/xnnpack/qparams.h"

namespace qs::runtime::xnnpack {

enum class Binary { Add, Multiply };

/// An activation with its qparams, which are null for floats.
struct Term {
    Operand operand;
    const QParams* qparams;
};

/// Adds y = clamp(left op right, bounds). Inputs broadcast as PyTorch's do; all three lie in one layout.
/// XNNPACK rounds halves of integer sums up, the simulation to even: they differ by 1 there.
Status addBinary(NodeBuilder& b, Binary kind, const Term& left, const Term& right, const Term& y,
                 const Bounds& bounds);

}  // namespace qs::runtime::xnnpack
