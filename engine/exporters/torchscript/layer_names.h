#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <vector>

#include "exporters/metadata.h"
#include "graph/quantized_graph.h"

namespace qs {

/// Gives integer tensors names that a saved and loaded forward method still has, up to a number
/// behind a dot, and that no other value shares. `values` are forward's, by ValueId.
LayerTensors nameLayers(const QuantizedGraph& graph, const std::vector<torch::jit::Value*>& values);

}  // namespace qs
