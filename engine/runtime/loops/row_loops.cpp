#include "runtime/loops/row_loops.h"

#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

QS_CLONES void addRowsPiece(const float* a, FloatRows b, float low, float high, float* y, int64_t width,
                            int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        const float* with = b.data + row / b.repeat * width;
        for (int64_t i = 0; i < width; ++i) {
            y[row * width + i] = clamp(a[row * width + i] + with[i], low, high);
        }
    }
}

QS_CLONES void multiplyRowsPiece(const float* a, FloatRows b, float low, float high, float* y, int64_t width,
                                 int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        const float* with = b.data + row / b.repeat * width;
        for (int64_t i = 0; i < width; ++i) {
            y[row * width + i] = clamp(a[row * width + i] * with[i], low, high);
        }
    }
}

QS_CLONES void preluIntegersPiece(IntegerSource x, const float* slopes, float scale, IntegerTarget y,
                                  int64_t width, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < width; ++i) {
            const float real = load(x, row * width + i);
            y.data[row * width + i] = store((real > 0 ? real : real * slopes[i]) / scale, y);
        }
    }
}

QS_CLONES void preluFloatsPiece(const float* x, const float* slopes, float low, float high, float* y,
                                int64_t width, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < width; ++i) {
            const float real = x[row * width + i];
            y[row * width + i] = clamp(real > 0 ? real : real * slopes[i], low, high);
        }
    }
}

}  // namespace

void addRows(const float* a, const FloatRows& b, float low, float high, float* y, int64_t rows,
             int64_t width) {
    forPieces(rows, rowGrain(width),
              [&](int64_t begin, int64_t end) { addRowsPiece(a, b, low, high, y, width, begin, end); });
}

void multiplyRows(const float* a, const FloatRows& b, float low, float high, float* y, int64_t rows,
                  int64_t width) {
    forPieces(rows, rowGrain(width),
              [&](int64_t begin, int64_t end) { multiplyRowsPiece(a, b, low, high, y, width, begin, end); });
}

void preluRows(const IntegerSource& x, const float* slopes, float scale, const IntegerTarget& y, int64_t rows,
               int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        preluIntegersPiece(x, slopes, scale, y, width, begin, end);
    });
}

void preluRows(const float* x, const float* slopes, float low, float high, float* y, int64_t rows,
               int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        preluFloatsPiece(x, slopes, low, high, y, width, begin, end);
    });
}

}  // namespace qs::runtime
