#pragma once

#include "graph/quantized_graph.h"

namespace qs {

/// Puts the constant of an integer add or mul on a grid of 8-bit integers, as kernels for two integer tensors
/// want it: the grid `known` of a quantized file, or 127 steps to its largest value. It stays in real numbers
/// where it acts by channel (ops/channel_affine.h), or where the grid could move a result by more than one
/// step. `node` has its inputs and outputs in `graph`.
void quantizeConstant(const QuantizedGraph& graph, QNode& node, const std::optional<QParams>& known);

}  // namespace qs
