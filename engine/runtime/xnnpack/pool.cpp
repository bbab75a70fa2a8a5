#include <algorithm>
#include <array>

#include "runtime/plan/geometry.h"
#include "runtime/xnnpack/flip.h"
#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/qparams.h"

namespace qs::runtime::xnnpack {

namespace {

std::array<uint32_t, 2> pairOf(const Shape& pair) {
    return {static_cast<uint32_t>(pair[0]), static_cast<uint32_t>(pair[1])};
}

Status checkWindow(const Window& w) {
    if (w.kernel[0] * w.kernel[1] == 1) {
        return failure("XNNPACK pools no windows of one element");
    }
    return {};
}

/// Calls create(paddings, kernel, stride..., rest...) as XNNPACK's pooling functions take them.
template <typename Function, typename... Rest>
xnn_status createPool(Function function, const Window& w, Rest... rest) {
    const auto before = pairOf(w.padding), after = pairOf(w.paddingEnd), kernel = pairOf(w.kernel),
               stride = pairOf(w.strides);
    return function(before[0], after[1], after[0], before[1], kernel[0], kernel[1], stride[0], stride[1],
                    rest...);
}

float lowOf(const Bounds& bounds) {
    return static_cast<float>(bounds.low);
}
float highOf(const Bounds& bounds) {
    return static_cast<float>(bounds.high);
}

Result<std::string> lowerMaxPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    QS_ASSIGN(const Window w, windowOf(b.node().attrs, x.shape));
    QS_TRY(checkWindow(w));
    const Operand y = b.output(w.output, Layout::ChannelsLast);
    const auto channels = static_cast<size_t>(x.shape[1]);
    const auto dilation = pairOf({w.dilation[0] + 1, w.dilation[1] + 1});
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        QS_TRY(addOperator(
            b, kMacsPerElement * x.count(),
            [&](xnn_operator_t* op) {
                return createPool(xnn_create_max_pooling2d_nhwc_f32, w, dilation[0], dilation[1], channels,
                                  channels, channels, lowOf(bounds), highOf(bounds), kFlags, op);
            },
            imageSetup<float>(xnn_setup_max_pooling2d_nhwc_f32, x, y)));
        return std::string("xnnpack f32 max pool");
    }
    if (b.inputQParams(0) != b.outputQParams()) {
        return failure("its output has other qparams than its input");
    }
    QS_ASSIGN(const ByteRange range, byteRange(bounds, *b.outputQParams()));
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return createPool(xnn_create_max_pooling2d_nhwc_s8, w, dilation[0], dilation[1], channels,
                              channels, channels, range.min, range.max, kFlags, op);
        },
        imageSetup<int8_t>(xnn_setup_max_pooling2d_nhwc_s8, x, y)));
    return std::string("xnnpack s8 max pool");
}

/// Floats: padding never counts.
Result<std::string> addFloatAverage(NodeBuilder& b, const Operand& x, const Window& w) {
    const Operand y = b.output(w.output, Layout::ChannelsLast);
    const auto channels = static_cast<size_t>(x.shape[1]);
    const Bounds bounds = realBounds(b.node());
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return createPool(xnn_create_average_pooling2d_nhwc_f32, w, channels, channels, channels,
                              lowOf(bounds), highOf(bounds), kFlags, op);
        },
        imageSetup<float>(xnn_setup_average_pooling2d_nhwc_f32, x, y)));
    return std::string("xnnpack f32 average pool");
}

/// Integers: unsigned ones only, and padding always counts, with the zero point.
Result<std::string> addIntegerAverage(NodeBuilder& b, const Operand& x, const Window& w) {
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    QS_TRY(checkRatio(p.scale[0] / q.scale[0], -8, 8));
    QS_ASSIGN(const ByteRange range, byteRange(realBounds(b.node()), q));
    const Operand from = b.temporary(x.shape, at::kByte, x.layout);
    const Operand to = b.temporary(w.output, at::kByte, Layout::ChannelsLast);
    const Operand y = b.output(w.output, Layout::ChannelsLast);
    const auto channels = static_cast<size_t>(x.shape[1]);
    const auto raised = [](int8_t q) { return static_cast<uint8_t>(q + 128); };
    addFlip(b, x, from);
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return createPool(xnn_create_average_pooling2d_nhwc_qu8, w, channels, channels, channels,
                              raised(zeroOf(p)), scaleOf(p), raised(zeroOf(q)), scaleOf(q), raised(range.min),
                              raised(range.max), kFlags, op);
        },
        imageSetup<uint8_t>(xnn_setup_average_pooling2d_nhwc_qu8, from, to)));
    addFlip(b, to, y);
    return std::string("xnnpack qu8 average pool, top bits flipped before and after");
}

/// The mean of each channel. `shape` is the output's.
Result<std::string> addGlobalAverage(NodeBuilder& b, const Operand& x, const Shape& shape, Layout layout) {
    const Operand y = b.output(shape, layout);
    const auto channels = static_cast<size_t>(x.shape[1]);
    const auto pixels = static_cast<size_t>(x.shape[2] * x.shape[3]);
    const Bounds bounds = realBounds(b.node());
    const auto setup = [&]<typename T>(xnn_status (*function)(xnn_operator_t, size_t, size_t, const T*, T*,
                                                              pthreadpool_t)) -> Setup {
        return [function, batch = static_cast<size_t>(x.shape[0]), pixels, from = x.buffer, to = y.buffer](
                   xnn_operator_t op, pthreadpool_t pool) {
            return function(op, batch, pixels, sourceOf<T>(from), targetOf<T>(to), pool);
        };
    };
    if (!b.isInteger()) {
        QS_TRY(addOperator(
            b, kMacsPerElement * x.count(),
            [&](xnn_operator_t* op) {
                return xnn_create_global_average_pooling_nwc_f32(channels, channels, channels, lowOf(bounds),
                                                                 highOf(bounds), kFlags, op);
            },
            setup(xnn_setup_global_average_pooling_nwc_f32)));
        return std::string("xnnpack f32 global average pool");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    QS_TRY(checkRatio(p.scale[0] / q.scale[0], -8, 8));
    QS_ASSIGN(const ByteRange range, byteRange(bounds, q));
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return xnn_create_global_average_pooling_nwc_qs8(channels, channels, channels, zeroOf(p),
                                                             scaleOf(p), zeroOf(q), scaleOf(q), range.min,
                                                             range.max, kFlags, op);
        },
        setup(xnn_setup_global_average_pooling_nwc_qs8)));
    return std::string("xnnpack qs8 global average pool");
}

Result<std::string> lowerAveragePool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    QS_ASSIGN(const Window w, windowOf(b.node().attrs, x.shape));
    QS_TRY(checkWindow(w));
    const bool padded = w.padding != Shape{0, 0};
    const bool countsPadding = b.node().attrs.get<bool>("count_include_pad", true);
    if (!b.isInteger()) {
        if (padded && countsPadding) {
            return failure("XNNPACK leaves padding out of averages of floats");
        }
        return addFloatAverage(b, x, w);
    }
    if (w.reachesBeyondPadding() || (padded && !countsPadding)) {
        return failure("XNNPACK counts padding in averages of integers");
    }
    return addIntegerAverage(b, x, w);
}

Result<std::string> lowerAdaptiveAveragePool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    QS_ASSIGN(const Window w, adaptiveWindowOf(b.node().attrs, x.shape));
    if (w.output[2] * w.output[3] == 1) {
        return addGlobalAverage(b, x, w.output, Layout::ChannelsLast);
    }
    QS_TRY(checkWindow(w));
    return b.isInteger() ? addIntegerAverage(b, x, w) : addFloatAverage(b, x, w);
}

/// The mean over height and width.
Result<std::string> lowerMean(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    std::vector<size_t> axes;
    for (const int64_t dim : b.node().attrs.ints("dims")) {
        axes.push_back(x.axis(dim));
    }
    std::ranges::sort(axes);
    if (x.shape.size() != 4 || axes != std::vector<size_t>{2, 3}) {
        return failure("XNNPACK averages over height and width only");
    }
    if (b.node().attrs.get<bool>("keepdim")) {
        return addGlobalAverage(b, x, {x.shape[0], x.shape[1], 1, 1}, Layout::ChannelsLast);
    }
    return addGlobalAverage(b, x, {x.shape[0], x.shape[1]}, Layout::Contiguous);
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_pool(runtime::KernelRegistry& registry) {
    registry.add("max_pool2d", {runtime::xnnpack::lowerMaxPool});
    registry.add("avg_pool2d", {runtime::xnnpack::lowerAveragePool});
    registry.add("adaptive_avg_pool2d", {runtime::xnnpack::lowerAdaptiveAveragePool});
    registry.add("mean", {runtime::xnnpack::lowerMean});
}

}  // namespace qs
