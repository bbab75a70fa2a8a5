#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "graph/graph.h"
#include "ops/fusion.h"

namespace qs {

/// Weight and bias of a weighted group as its step has them.
struct FoldedWeights {
    at::Tensor weight;
    std::optional<at::Tensor> bias;  ///< [O]
};

/// The primary node's own or, where a batch norm follows,
/// W' = W * gamma / sqrt(var + eps), b' = (b - mean) * gamma / sqrt(var + eps) + beta.
FoldedWeights foldBatchNorm(const Graph& graph, const FusionGroup& group);

}  // namespace qs
