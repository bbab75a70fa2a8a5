#pragma once

#include "graph/graph.h"

namespace qs {

/// Whether the node stands for a rounding to 8 bits in a quantized file that no other op does: an identity
/// whose result the file holds as integers. It is integer whatever is around it.
inline bool isRounding(const Graph& graph, const Node& node) {
    return node.op == "identity" && graph.value(node.outputs.at(0)).qparams.has_value();
}

}  // namespace qs
