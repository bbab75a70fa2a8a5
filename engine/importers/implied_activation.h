#pragma once

#include <optional>
#include <string>

#include "graph/graph.h"

namespace qs {

/// An activation function that a quantized file expresses by the range of its integers alone: what lies below
/// the zero point, or above an upper bound, cannot be represented.
struct ImpliedActivation {
    std::string op;  ///< "relu" or "clip"
    Attributes attrs;
};

/// The activation between `producer` and its rounding to `grid`, whose range is narrowed as the file says.
/// Only for ops that fuse with one, and for ranges without zero; what it takes over is taken out of the
/// grid's range, so that both together give the same integers.
std::optional<ImpliedActivation> impliedActivation(const Node& producer, QParams& grid);

}  // namespace qs
