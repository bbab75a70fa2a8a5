#include "runtime/loops/normalization_loops.h"

#include <cmath>

#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

QS_CLONES void scaleIntegersPiece(IntegerSource x, const float* factors, const float* addends,
                                  IntegerTarget y, Rows rows, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < rows.width; ++i) {
            const float real = load(x, row * rows.xPitch + i);
            y.data[row * rows.yPitch + i] = store(real * factors[i] + addends[i], y);
        }
    }
}

QS_CLONES void scaleStepsPiece(IntegerSource x, RowSteps steps, IntegerTarget y, Rows rows, int64_t begin,
                               int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < rows.width; ++i) {
            const int32_t q = static_cast<uint8_t>(x.data[row * rows.xPitch + i] ^ x.flip) - x.zeroPoint;
            y.data[row * rows.yPitch + i] =
                store(static_cast<float>(steps.weight[i] * q + steps.bias[i]) * steps.scale[i], y);
        }
    }
}

QS_CLONES void scaleFloatsPiece(const float* x, const float* factors, const float* addends, float low,
                                float high, float* y, Rows rows, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < rows.width; ++i) {
            y[row * rows.yPitch + i] = clamp(x[row * rows.xPitch + i] * factors[i] + addends[i], low, high);
        }
    }
}

struct Moments {
    float mean = 0;
    float variance = 0;
};

constexpr int64_t kLanes = 8;     // floats in a register of AVX2
constexpr int64_t kTogether = 4;  // rows that are summed up side by side: one sum waits for its last addition

/// Of kTogether rows: means summed up in double, squares of what is left in eight lanes of float32.
inline void momentsOf(const IntegerSource* rows, int64_t width, Moments* moments) {
    const int64_t whole = width / kLanes * kLanes;
    double sums[kTogether][kLanes] = {};
    for (int64_t i = 0; i < whole; i += kLanes) {
        for (int64_t r = 0; r < kTogether; ++r) {
            for (int64_t k = 0; k < kLanes; ++k) {
                sums[r][k] += static_cast<double>(load(rows[r], i + k));
            }
        }
    }
    float means[kTogether];
    for (int64_t r = 0; r < kTogether; ++r) {
        double sum = 0;
        for (const double part : sums[r]) {
            sum += part;
        }
        for (int64_t i = whole; i < width; ++i) {
            sum += static_cast<double>(load(rows[r], i));
        }
        means[r] = static_cast<float>(sum / static_cast<double>(width));
    }
    float squares[kTogether][kLanes] = {};
    for (int64_t i = 0; i < whole; i += kLanes) {
        for (int64_t r = 0; r < kTogether; ++r) {
            for (int64_t k = 0; k < kLanes; ++k) {
                const float centred = load(rows[r], i + k) - means[r];
                squares[r][k] = __builtin_fmaf(centred, centred, squares[r][k]);
            }
        }
    }
    for (int64_t r = 0; r < kTogether; ++r) {
        float* parts = squares[r];
        for (int64_t lanes = kLanes / 2; lanes > 0; lanes /= 2) {
            for (int64_t k = 0; k < lanes; ++k) {
                parts[k] += parts[k + lanes];
            }
        }
        for (int64_t i = whole; i < width; ++i) {
            const float centred = load(rows[r], i) - means[r];
            parts[0] = __builtin_fmaf(centred, centred, parts[0]);
        }
        moments[r] = {means[r], parts[0] / static_cast<float>(width)};
    }
}

QS_CLONES void normalizeIntegersPiece(IntegerSource x, RowAffine affine, float scale, IntegerTarget y,
                                      int64_t width, int64_t begin, int64_t end) {
    for (int64_t first = begin; first < end; first += kTogether) {
        const int64_t count = std::min(kTogether, end - first);
        IntegerSource rows[kTogether];
        Moments moments[kTogether];
        for (int64_t r = 0; r < kTogether; ++r) {
            rows[r] = x;
            rows[r].data += (first + std::min(r, count - 1)) * width;
        }
        momentsOf(rows, width, moments);
        for (int64_t r = 0; r < count; ++r) {
            const float factor = 1 / std::sqrt(moments[r].variance + static_cast<float>(affine.eps));
            uint8_t* to = y.data + (first + r) * width;
            for (int64_t i = 0; i < width; ++i) {
                const float normal = (load(rows[r], i) - moments[r].mean) * factor;
                to[i] = store(__builtin_fmaf(normal, affine.weight[i], affine.bias[i]) / scale, y);
            }
        }
    }
}

QS_CLONES void normalizeFloatsPiece(const float* x, RowAffine affine, float low, float high, float* y,
                                    int64_t width, int64_t begin, int64_t end) {
    const int64_t whole = width / kParts * kParts;
    for (int64_t row = begin; row < end; ++row) {
        const float* from = x + row * width;
        float sums[kParts] = {}, squares[kParts] = {};
        for (int64_t i = 0; i < whole; i += kParts) {
            for (int64_t k = 0; k < kParts; ++k) {
                sums[k] += from[i + k];
            }
        }
        for (int64_t i = whole; i < width; ++i) {
            sums[i - whole] += from[i];
        }
        const float mean = addUp(sums) / static_cast<float>(width);
        for (int64_t i = 0; i < whole; i += kParts) {
            for (int64_t k = 0; k < kParts; ++k) {
                squares[k] += (from[i + k] - mean) * (from[i + k] - mean);
            }
        }
        for (int64_t i = whole; i < width; ++i) {
            squares[i - whole] += (from[i] - mean) * (from[i] - mean);
        }
        const double variance = static_cast<double>(addUp(squares)) / static_cast<double>(width);
        const auto factor = static_cast<float>(1 / std::sqrt(variance + affine.eps));
        for (int64_t i = 0; i < width; ++i) {
            y[row * width + i] =
                clamp((from[i] - mean) * factor * affine.weight[i] + affine.bias[i], low, high);
        }
    }
}

}  // namespace

void scaleRows(const IntegerSource& x, const float* factors, const float* addends, const IntegerTarget& y,
               const Rows& rows) {
    forPieces(rows.count, rowGrain(rows.width), [&](int64_t begin, int64_t end) {
        scaleIntegersPiece(x, factors, addends, y, rows, begin, end);
    });
}

void scaleRows(const IntegerSource& x, const RowSteps& steps, const IntegerTarget& y, const Rows& rows) {
    forPieces(rows.count, rowGrain(rows.width),
              [&](int64_t begin, int64_t end) { scaleStepsPiece(x, steps, y, rows, begin, end); });
}

void scaleRows(const float* x, const float* factors, const float* addends, float low, float high, float* y,
               const Rows& rows) {
    forPieces(rows.count, rowGrain(rows.width), [&](int64_t begin, int64_t end) {
        scaleFloatsPiece(x, factors, addends, low, high, y, rows, begin, end);
    });
}

void normalizeRows(const IntegerSource& x, const RowAffine& affine, float scale, const IntegerTarget& y,
                   int64_t rows, int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        normalizeIntegersPiece(x, affine, scale, y, width, begin, end);
    });
}

void normalizeRows(const float* x, const RowAffine& affine, float low, float high, float* y, int64_t rows,
                   int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        normalizeFloatsPiece(x, affine, low, high, y, width, begin, end);
    });
}

}  // namespace qs::runtime
