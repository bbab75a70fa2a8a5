#pragma once

#include <array>

#include "runtime/loops/loops.h"

namespace qs::runtime {

/// A depthwise convolution of volumes N, D, H, W, C; images are volumes of depth 1.
struct DepthwiseShape {
    using Extents = std::array<int64_t, 3>;  ///< along depth, height and width

    int64_t batch = 1;
    Extents input{1, 1, 1}, output{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0};
    Extents dilation{1, 1, 1};  ///< from tap to tap
    int64_t channels = 1;       ///< of the output
    int64_t multiplier = 1;     ///< outputs that read one input channel, side by side
};

/// `weight` holds a number for each tap and output channel (innermost), `bias` and `scale` one for each
/// output channel.
struct DepthwiseWeights {
    const int32_t* weight;
    const int32_t* bias;
    const float* scale;
};

/// y = round((sum of (q - zeroPoint) * weight + bias) * scale) in int32; padding counts as zeroPoint. The
/// scale of x is not used.
void convolveDepthwise(const IntegerSource& x, const DepthwiseShape& shape, const DepthwiseWeights& weights,
                       const IntegerTarget& y);

}  // namespace qs::runtime
