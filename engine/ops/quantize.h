#pragma once

#include <ATen/core/Tensor.h>

#include "graph/qparams.h"

namespace qs {

/// The tensor type that holds a dtype's integers one a value: int8 or uint8 up to 8 bits, else int32 (uint16)
/// or int16.
at::ScalarType storageOf(DType dtype);

/// q = clamp(round_half_even(x / s) + z, quantMin, quantMax), binary: the sign of x, 1 for zero. A contiguous
/// tensor of x's shape and of storageOf(dtype). Throws c10::Error for dtypes without integers, for another
/// number of channels, and for groups on another axis than 0.
at::Tensor quantize(const at::Tensor& x, const QParams& qparams);
/// The same grid over all integers of the byte type that it is stored in: what is rounded for an operator
/// that follows at once saturates there only.
QParams overWholeType(QParams qparams);
/// s * (q - z), contiguous float32.
at::Tensor dequantize(const at::Tensor& q, const QParams& qparams);
/// dequantize(quantize(x)) with straight-through gradients inside the range. For float dtypes:
/// s * roundToFloat(x / s), the gradient passing up to the greatest finite number.
at::Tensor fakeQuantize(const at::Tensor& x, const QParams& qparams);
/// `x` rounded half to even to a float dtype, as float32. Beyond the greatest finite number float8 saturates
/// and wider dtypes overflow to infinity; NaN stays.
at::Tensor roundToFloat(const at::Tensor& x, DType dtype);

}  // namespace qs
