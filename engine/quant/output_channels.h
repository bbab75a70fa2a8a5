#pragma once

#include <ATen/core/Tensor.h>

#include "graph/graph.h"

namespace qs {

/// The weight of `node` (conv2d, conv_transpose2d, linear) with each output channel multiplied by its element
/// of `factor` [O]. Differentiable in both.
at::Tensor scaleOutputChannels(const Node& node, const at::Tensor& weight, const at::Tensor& factor);

/// By output channel the sum of |w|, float64 [O].
at::Tensor absoluteSums(const Node& node, const at::Tensor& weight);

}  // namespace qs
