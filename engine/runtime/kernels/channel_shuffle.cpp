#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/loop_parts.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Rows of `groups` runs of `width` elements each; y takes one element of every run in turn.
template <typename T>
inline void interleaveRows(const T* x, T* y, int64_t groups, int64_t width, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        const T* from = x + row * groups * width;
        T* to = y + row * groups * width;
        if (groups == 2) {  // its stores vectorize
            for (int64_t i = 0; i < width; ++i) {
                to[2 * i] = from[i];
                to[2 * i + 1] = from[width + i];
            }
            continue;
        }
        for (int64_t g = 0; g < groups; ++g) {
            for (int64_t i = 0; i < width; ++i) {
                to[i * groups + g] = from[g * width + i];
            }
        }
    }
}

QS_CLONES void interleaveBytes(const uint8_t* x, uint8_t* y, int64_t groups, int64_t width, int64_t begin,
                               int64_t end) {
    interleaveRows(x, y, groups, width, begin, end);
}

QS_CLONES void interleaveFloats(const float* x, float* y, int64_t groups, int64_t width, int64_t begin,
                                int64_t end) {
    interleaveRows(x, y, groups, width, begin, end);
}

/// Channels lie side by side in N, H, W, C: each pixel's are interleaved.
Result<std::string> lowerChannelShuffle(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    const auto groups = b.node().attrs.get<int64_t>("groups");
    const int64_t channels = x.shape[1];
    if (groups < 1 || channels % groups != 0) {
        return failure("its groups do not divide the channels");
    }
    const Operand y = b.output(x.shape, Layout::ChannelsLast);
    b.addStep([from = x.buffer, to = y.buffer, isInteger = b.isInteger(), groups, channels,
               width = channels / groups, rows = channels == 0 ? 0 : x.count() / channels]() {
        forPieces(rows, rowGrain(channels), [&](int64_t begin, int64_t end) {
            if (isInteger) {
                interleaveBytes(bytesOf(from), static_cast<uint8_t*>(to->data), groups, width, begin, end);
            } else {
                interleaveFloats(floatsOf(from), static_cast<float*>(to->data), groups, width, begin, end);
            }
        });
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_channel_shuffle(runtime::KernelRegistry& registry) {
    registry.add("channel_shuffle", {runtime::lowerChannelShuffle});
}

}  // namespace qs
