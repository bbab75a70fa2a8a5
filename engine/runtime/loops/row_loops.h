#pragma once

#include <cstdint>

#include "runtime/loops/loops.h"

namespace qs::runtime {

// Loops over `rows` rows of `width` elements that meet rows of numbers, built as those of loops.h.

/// The right-hand rows: each serves `repeat` rows in a row (all of them, where there is one).
struct FloatRows {
    const float* data;
    int64_t repeat;
};

/// y = clamp(a + b) and y = clamp(a * b).
void addRows(const float* a, const FloatRows& b, float low, float high, float* y, int64_t rows,
             int64_t width);
void multiplyRows(const float* a, const FloatRows& b, float low, float high, float* y, int64_t rows,
                  int64_t width);

/// y = x where x > 0, else slope * x, with a slope for each element of a row; integers divided by `scale` as
/// the simulation does it.
void preluRows(const IntegerSource& x, const float* slopes, float scale, const IntegerTarget& y, int64_t rows,
               int64_t width);
void preluRows(const float* x, const float* slopes, float low, float high, float* y, int64_t rows,
               int64_t width);

}  // namespace qs::runtime
