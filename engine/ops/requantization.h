#pragma once

#include <cstdint>

namespace qs {

// From an accumulator's steps to an output's, in float32 and in the order in which ONNX Runtime's CPU kernels
// (MLAS), FBGEMM and QNNPACK compute it: q = clamp(round_half_even(float(accumulator) * scale) + z_y). One
// last bit in the scale, or a zero point that is added before rounding, changes about one value in a million,
// and in networks that amplify differences one value is seen at the output.

/// s_x * s_w / s_y, the scale of a product's accumulator.
inline float requantizationScale(double input, double weight, double output) {
    return static_cast<float>(input) * static_cast<float>(weight) / static_cast<float>(output);
}

/// s_x / s_y, what one step of a summand is in those of the sum.
inline float scaleRatio(double input, double output) {
    return static_cast<float>(input) / static_cast<float>(output);
}

/// s_x / (s_y * n), the scale of a sum of `count` values that becomes their mean.
inline float averagingScale(double input, double output, int64_t count) {
    return static_cast<float>(input) / (static_cast<float>(output) * static_cast<float>(count));
}

}  // namespace qs
