#pragma once

#include "graph/quantized_graph.h"

namespace qs::runtime {

/// Closed interval that a node's result is clamped to; infinite where it is not.
struct Bounds {
    double low;
    double high;
    bool isUnbounded() const;
};

/// What the node's own op (relu, clip) and its fused activation leave, in real units.
Bounds realBounds(const QNode& node);

/// The same in units of y's scale, before the zero point is added, and narrowed to the integers that y may
/// hold.
Bounds integerBounds(const Bounds& real, const QParams& y);

}  // namespace qs::runtime
