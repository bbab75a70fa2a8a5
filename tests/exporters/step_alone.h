#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "graph/quantized_graph.h"

namespace qs::test {

/// One integer step as a network of its own, between quantize and dequantize steps, and its inputs as real
/// numbers.
struct StepAlone {
    QuantizedGraph graph;
    std::vector<at::Tensor> inputs;
};

/// `values` are those of `graph`, by ValueId: integers as an Executor's tap sees them.
StepAlone stepAlone(const QuantizedGraph& graph, size_t node, const std::vector<at::Tensor>& values);

}  // namespace qs::test
