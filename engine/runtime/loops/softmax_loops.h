#pragma once

#include <array>

#include "runtime/loops/loops.h"

namespace qs::runtime {

/// What exp() gives 0 to 255 steps below a row's largest number, times a factor that all have in common.
using FloatTable = std::array<float, 256>;

/// Softmax over rows of `width` elements, built as the loops of loops.h: q = round(e * steps / sum of e) + z
/// in float32, summed up in order, where exponentials has the e.
void softmaxRows(const IntegerSource& a, const FloatTable& exponentials, float steps, const IntegerTarget& y,
                 int64_t rows, int64_t width);

}  // namespace qs::runtime
