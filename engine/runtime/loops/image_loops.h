#pragma once

#include <span>
#include <vector>

#include "runtime/loops/loops.h"

namespace qs::runtime {

// Loops over images N, H, W, C, built as those of loops.h.

struct ImageShape {
    int64_t batch, height, width, channels;
};

/// Places of one axis that a window covers, and how many it has with the padding that counts.
struct Span {
    int64_t begin, end;
    int64_t counted;
};

/// Volumes N, D, H, W, C; an image is one of depth 1.
struct VolumeShape {
    int64_t batch = 1, depth = 1, height = 1, width = 1, channels = 1;
};

/// One output pixel for each span of slices (along the depth), each of rows and each of columns.
struct Windows {
    std::vector<Span> slices, rows, columns;

    int64_t count() const { return std::ssize(slices) * std::ssize(rows) * std::ssize(columns); }
};

/// Means over windows. One with nothing in it gives 0. Integers are summed exactly and multiplied by
/// averagingScale() (ops/requantization.h). The scale of x is its own, and `scale` is y's.
void averageWindows(const IntegerSource& x, const VolumeShape& shape, const Windows& windows, float scale,
                    const IntegerTarget& y);
void averageWindows(const float* x, const VolumeShape& shape, const Windows& windows, float low, float high,
                    float* y);

/// The same of integers as ONNX Runtime's QLinearAveragePool forms it: real numbers are summed up in float32,
/// one row of the window after the other, and rounded with y's zero point.
void averageReals(const IntegerSource& x, const VolumeShape& shape, const Windows& windows, float scale,
                  const IntegerTarget& y);

/// Between which two places of an axis a result lies, and its distance from the first, 0 to 1.
struct Between {
    int64_t first, second;
    float distance;
};

/// Bilinear interpolation: one output pixel for each place between rows and each between columns.
void interpolate(const IntegerSource& x, const ImageShape& shape, std::span<const Between> rows,
                 std::span<const Between> columns, const IntegerTarget& y);
void interpolate(const float* x, const ImageShape& shape, std::span<const Between> rows,
                 std::span<const Between> columns, float low, float high, float* y);

/// Blocks of `size` bytes that lie one behind the other in x, to `starts` in y.
void distributeBlocks(const uint8_t* x, std::span<const int64_t> starts, int64_t size, uint8_t* y);

}  // namespace qs::runtime
