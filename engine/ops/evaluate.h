#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <vector>

#include "core/result.h"
#include "graph/graph.h"

namespace qs {

/// Called with each node and its outputs, in order. Valid during the call only.
using NodeTap = std::function<void(const Node&, std::span<const at::Tensor> outputs)>;

/// Runs the float graph on ATen without gradients. `inputs` are float32, one a graph input. Activations are
/// released after their last reader. A failure names the layer.
Result<std::vector<at::Tensor>> evaluate(const Graph& graph, std::span<const at::Tensor> inputs,
                                         const NodeTap& tap = {});

}  // namespace qs
