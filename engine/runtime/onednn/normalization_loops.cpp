#include "runtime/onednn/normalization_loops.h"

#include <cmath>

#include "runtime/onednn/loop_parts.h"

namespace qs::onednn {

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

QS_CLONES void scaleFloatsPiece(const float* x, const float* factors, const float* addends, float low,
                                float high, float* y, Rows rows, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < rows.width; ++i) {
            y[row * rows.yPitch + i] = clamp(x[row * rows.xPitch + i] * factors[i] + addends[i], low, high);
        }
    }
}

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Of a row's bytes in unsigned form, exactly.
inline Moments momentsOf(const uint8_t* x, uint8_t flip, int64_t width) {
    constexpr int64_t kBlock = 16 * 1024;  // squares of bytes that fit into 32 bits
    int64_t sum = 0, squares = 0;
    for (int64_t block = 0; block < width; block += kBlock) {
        const int64_t end = std::min(width, block + kBlock);
        int32_t blockSum = 0, blockSquares = 0;
        for (int64_t i = block; i < end; ++i) {
            const int32_t q = static_cast<uint8_t>(x[i] ^ flip);
            blockSum += q;
            blockSquares += q * q;
        }
        sum += blockSum;
        squares += blockSquares;
    }
    const auto count = static_cast<double>(width);
    const double mean = static_cast<double>(sum) / count;
    return {mean, (static_cast<double>(squares) - mean * static_cast<double>(sum)) / count};
}

QS_CLONES void normalizeIntegersPiece(IntegerSource x, RowAffine affine, float scale, IntegerTarget y,
                                      int64_t width, int64_t begin, int64_t end) {
    const auto step = static_cast<double>(x.scale);
    for (int64_t row = begin; row < end; ++row) {
        const uint8_t* from = x.data + row * width;
        const Moments moments = momentsOf(from, x.flip, width);
        const auto factor = static_cast<float>(step / std::sqrt(moments.variance * step * step + affine.eps));
        const auto mean = static_cast<float>(moments.mean);
        for (int64_t i = 0; i < width; ++i) {
            const float centred = static_cast<float>(static_cast<uint8_t>(from[i] ^ x.flip)) - mean;
            y.data[row * width + i] =
                store((centred * factor * affine.weight[i] + affine.bias[i]) / scale, y);
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

}  // namespace qs::onednn
