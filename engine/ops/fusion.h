#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// Nodes that run as one step and take one precision decision: what a person sees as a layer.
/// conv2d [+ batch_norm] [+ add] [+ relu | clip], conv_transpose2d / linear [+ batch_norm] [+ relu | clip],
/// add [+ relu | clip], batch_norm [+ relu | clip], or a single node. A linear layer takes a batch norm of
/// rows (N x C) only.
struct FusionGroup {
    NodeId primary;  ///< the node that names the group
    std::optional<NodeId> batchNorm;
    std::optional<NodeId>
        add;  ///< residual add folded into a convolution (never set when primary is the add)
    std::optional<NodeId> activation;
    std::vector<NodeId> members;   ///< all of the above, in graph order
    std::vector<ValueId> inputs;   ///< activations read from outside: {x}, {x, residual}, {a, b}, ...
    std::vector<ValueId> outputs;  ///< what others read
};

/// Partitions the graph's nodes; groups are in executable order (by their last member). A member folds only
/// if the value between is read by nobody else and is no graph output. Precision plays no part, so that
/// groups, and with them the layer table, are the same for every variant of a model.
std::vector<FusionGroup> fuse(const Graph& graph);

/// "conv2d+batch_norm+relu".
std::string groupOp(const Graph& graph, const FusionGroup& group);

}  // namespace qs
