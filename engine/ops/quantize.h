#pragma once

#include <ATen/core/Tensor.h>

#include "graph/qparams.h"

namespace qs {

/// q = clamp(round_half_even(x / s) + z, quantMin, quantMax): contiguous int8 or uint8 tensor of x's shape.
at::Tensor quantize(const at::Tensor& x, const QParams& qparams);
/// The same grid over all integers of its 8-bit type: what is rounded for an operator that follows at once
/// saturates there only.
QParams overWholeType(QParams qparams);
/// s * (q - z), contiguous float32.
at::Tensor dequantize(const at::Tensor& q, const QParams& qparams);
/// dequantize(quantize(x)) with straight-through gradients inside the range.
at::Tensor fakeQuantize(const at::Tensor& x, const QParams& qparams);

}  // namespace qs
