#include "runtime/loops/depthwise_loops.h"

#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

constexpr int64_t kBlock = 64;  // channels whose sums fit into registers

/// Taps of one axis that lie inside the input.
struct Taps {
    int64_t begin, end;

    Taps(const DepthwiseShape& s, size_t axis, int64_t place) {
        const int64_t first = place * s.stride[axis] - s.padding[axis], step = s.dilation[axis];
        begin = first < 0 ? (-first + step - 1) / step : 0;
        const int64_t room = s.input[axis] - first;
        end = std::min(s.kernel[axis], room <= 0 ? 0 : (room + step - 1) / step);
    }
};

/// Adds the products of one tap to the sums of `channels` output channels from `first` on.
inline void addTap(const IntegerSource& x, const uint8_t* pixel, int64_t multiplier, const int32_t* weight,
                   int64_t first, int64_t channels, int32_t* sums) {
    if (multiplier == 1) {
        for (int64_t c = 0; c < channels; ++c) {
            sums[c] += (static_cast<uint8_t>(pixel[first + c] ^ x.flip) - x.zeroPoint) * weight[first + c];
        }
        return;
    }
    for (int64_t c = 0; c < channels; ++c) {
        const uint8_t q = pixel[(first + c) / multiplier];
        sums[c] += (static_cast<uint8_t>(q ^ x.flip) - x.zeroPoint) * weight[first + c];
    }
}

/// Pixels [begin, end) of the output.
QS_CLONES void convolvePiece(IntegerSource x, DepthwiseShape s, DepthwiseWeights weights, IntegerTarget y,
                             int64_t begin, int64_t end) {
    const int64_t inputs = s.channels / s.multiplier;
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const int64_t row = pixel / s.output[2], slice = row / s.output[1];
        const Taps slices(s, 0, slice % s.output[0]), rows(s, 1, row % s.output[1]),
            columns(s, 2, pixel % s.output[2]);
        const int64_t d0 = slice % s.output[0] * s.stride[0] - s.padding[0];
        const int64_t h0 = row % s.output[1] * s.stride[1] - s.padding[1];
        const int64_t w0 = pixel % s.output[2] * s.stride[2] - s.padding[2];
        const int64_t sample = slice / s.output[0];
        for (int64_t first = 0; first < s.channels; first += kBlock) {
            const int64_t channels = std::min(kBlock, s.channels - first);
            int32_t sums[kBlock] = {};
            for (int64_t a = slices.begin; a < slices.end; ++a) {
                const int64_t d = sample * s.input[0] + d0 + a * s.dilation[0];
                for (int64_t b = rows.begin; b < rows.end; ++b) {
                    const int64_t h = d * s.input[1] + h0 + b * s.dilation[1];
                    for (int64_t c = columns.begin; c < columns.end; ++c) {
                        const int64_t w = h * s.input[2] + w0 + c * s.dilation[2];
                        const int64_t tap = (a * s.kernel[1] + b) * s.kernel[2] + c;
                        addTap(x, x.data + w * inputs, s.multiplier, weights.weight + tap * s.channels, first,
                               channels, sums);
                    }
                }
            }
            uint8_t* to = y.data + pixel * s.channels + first;
            for (int64_t c = 0; c < channels; ++c) {
                const auto sum = static_cast<float>(sums[c] + weights.bias[first + c]);
                to[c] = store(sum * weights.scale[first + c], y);
            }
        }
    }
}

}  // namespace

void convolveDepthwise(const IntegerSource& x, const DepthwiseShape& shape, const DepthwiseWeights& weights,
                       const IntegerTarget& y) {
    const int64_t pixels = shape.batch * shape.output[0] * shape.output[1] * shape.output[2];
    const int64_t taps = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
    forPieces(pixels, rowGrain(shape.channels * taps),
              [&](int64_t begin, int64_t end) { convolvePiece(x, shape, weights, y, begin, end); });
}

}  // namespace qs::runtime
