#pragma once

#include "runtime/loops/loops.h"

namespace qs::runtime {

// Loops of normalizations, built as those of loops.h: `rows` rows of `width` elements.

/// y = clamp(a * x + b) with a factor and an addend for each element of a row; for integers in units of y's
/// scale.
void scaleRows(const IntegerSource& x, const float* factors, const float* addends, const IntegerTarget& y,
               const Rows& rows);
void scaleRows(const float* x, const float* factors, const float* addends, float low, float high, float* y,
               const Rows& rows);

/// What channel_affine.h says, for each element of a row.
struct RowSteps {
    const int32_t* weight;
    const int32_t* bias;
    const float* scale;  ///< s_x * scale / s_y
};
/// y = (weight * (q - z) + bias) * scale; x's scale is not used.
void scaleRows(const IntegerSource& x, const RowSteps& steps, const IntegerTarget& y, const Rows& rows);

/// What a layer normalization multiplies and adds once a row has mean 0 and variance 1.
struct RowAffine {
    const float* weight;
    const float* bias;
    double eps;  ///< added to the variance of the real numbers
};

/// y = (x - mean) / sqrt(variance + eps) * weight + bias for each row, moments about the mean. Integers: with
/// the numbers of ONNX Runtime's LayerNormalization on CPUs with AVX2 (1.30, widths that 8 divides), results
/// divided by `scale`. Floats: sums in 16 parts.
void normalizeRows(const IntegerSource& x, const RowAffine& affine, float scale, const IntegerTarget& y,
                   int64_t rows, int64_t width);
void normalizeRows(const float* x, const RowAffine& affine, float low, float high, float* y, int64_t rows,
                   int64_t width);

}  // namespace qs::runtime
