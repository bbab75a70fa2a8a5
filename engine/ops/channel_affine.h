#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "graph/quantized_graph.h"

namespace qs {

/// y = factor * x + offset by channel, in integers: what a depthwise convolution of one tap computes. The
/// weights are 127 steps of a scale of their own, so that nothing is lost but the offset's rounding, to a
/// 127th of a step of factor * x.
///
/// q_y = clamp(round_half_even(float(weight * (q_x - z_x) + bias) * s_x * scale / s_y) + z_y), with the scale
/// of requantization.h.
struct ChannelAffine {
    at::Tensor weight;  ///< int8 [C]: 127, -127 or 0
    at::Tensor scale;   ///< float32 [C]: real value of one step of `weight`
    at::Tensor bias;    ///< int32 [C], in steps of s_x * scale
};

/// Of an integer step that is a batch norm, relu or clip (factor 1, before they clamp), or the sum or product
/// of an activation and a constant with one number for all or one a channel. The activation is [N, C, L] or
/// [N, C, H, W]. Nothing where the offset does not fit an int32 bias.
std::optional<ChannelAffine> channelAffineOf(const QuantizedGraph& graph, const QNode& node);

}  // namespace qs
