#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs {

/// One step of a QuantizedGraph in float32 on ATen: the meaning of a step, which every faster implementation
/// is held against. Tensors are logically N, C, H, W; integer ones hold q as uint8 or int8. Integer steps
/// dequantize their inputs, compute in float32 with the integer weights' and the rounded bias' real values,
/// and quantize once at the end. Throws what ATen throws.
std::vector<at::Tensor> runReferenceNode(const QuantizedGraph& graph, const QNode& node,
                                         std::span<const at::Tensor> inputs);

}  // namespace qs
