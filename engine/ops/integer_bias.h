#pragma once

#include <ATen/core/Tensor.h>

#include "graph/quantized_graph.h"

namespace qs {

/// Real value of one step of the int32 accumulator of output channel `channel`: s_x * s_w.
double accumulatorScale(const QNode& node, const QParams& input, int64_t channel);

/// Bias of an integer weighted step as it acts: round_half_even(bias / (s_x * s_w)), saturated to int32 [O].
at::Tensor integerBias(const QNode& node, const QParams& input);

}  // namespace qs
