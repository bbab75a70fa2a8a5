#pragma once

#include "runtime/onednn/loops.h"

namespace qs::onednn {

// Loops of normalizations, built as those of loops.h: `rows` rows of `width` elements.

/// y = clamp(a * x + b) with a factor and an addend for each element of a row; for integers in units of y's
/// scale.
void scaleRows(const IntegerSource& x, const float* factors, const float* addends, const IntegerTarget& y,
               const Rows& rows);
void scaleRows(const float* x, const float* factors, const float* addends, float low, float high, float* y,
               const Rows& rows);

/// What a layer normalization multiplies and adds once a row has mean 0 and variance 1.
struct RowAffine {
    const float* weight;
    const float* bias;
    double eps;  ///< added to the variance of the real numbers
};

/// y = (x - mean) / sqrt(variance + eps) * weight + bias for each row. Integers: mean and variance are exact
/// sums, results divided by `scale`; floats: sums in 16 parts, second moments about the mean.
void normalizeRows(const IntegerSource& x, const RowAffine& affine, float scale, const IntegerTarget& y,
                   int64_t rows, int64_t width);
void normalizeRows(const float* x, const RowAffine& affine, float low, float high, float* y, int64_t rows,
                   int64_t width);

}  // namespace qs::onednn
