#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "core/result.h"
#include "graph/graph.h"
#include "ops/fusion.h"

namespace qs {

/// Weight and bias of a weighted group as its step has them, float32.
struct LayerWeights {
    at::Tensor weight;               ///< as the primary node's
    std::optional<at::Tensor> bias;  ///< [O]
};

/// A graph with its fusion groups and with its batch norms folded: what PTQ works on. Copies share tensors,
/// which are replaced and never written.
struct Network {
    Graph graph;  ///< as opened (or trained): its batch norms are what `weights` have folded in
    std::vector<FusionGroup> groups;
    /// Per group; absent where it is not weighted. What algorithms change, and what convert() takes.
    std::vector<std::optional<LayerWeights>> weights;
};

/// Computes groups and folds every batch norm that a weighted layer takes along:
/// W' = W * gamma / sqrt(var + eps), b' = (b - mean) * gamma / sqrt(var + eps) + beta (Jacob et al. 2018,
/// section 3.2). Failure where parameters do not fit each other.
Result<Network> fold(Graph graph);

}  // namespace qs
