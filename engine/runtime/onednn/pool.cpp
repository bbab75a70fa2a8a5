#include <algorithm>

#include "runtime/kernels/average.h"
#include "runtime/onednn/primitive.h"
#include "runtime/plan/geometry.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

Result<std::string> pool(NodeBuilder& b, dnnl::algorithm algorithm, const Operand& x, const Window& w) {
    if (b.node().activation.kind != FusedActivation::Kind::None) {
        return failure("pooling takes no fused activation");
    }
    if (b.isInteger() && b.inputQParams(0) != b.outputQParams()) {
        return failure("its output has other qparams than its input");
    }
    const Operand y = b.output(w.output, Layout::ChannelsLast);
    const dnnl::pooling_v2_forward::desc desc(dnnl::prop_kind::forward_inference, algorithm, descOf(x),
                                              descOf(y), w.strides, w.kernel, w.dilation, w.padding,
                                              w.paddingEnd);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::pooling_v2_forward::primitive_desc pd(desc, attr, cpuEngine());
    return call<dnnl::pooling_v2_forward>(b, pd, {{DNNL_ARG_SRC, memoryOf(x)}, {DNNL_ARG_DST, memoryOf(y)}});
}

Result<std::string> lowerMaxPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Window window, windowOf(b.node().attrs, x.shape));
    return pool(b, dnnl::algorithm::pooling_max, x, window);
}

/// Runtimes divide in floats, or multiply by a rounded 1 / n.
constexpr const char* kDividesExactly = "oneDNN divides exactly, and halves fall otherwise than in runtimes";

/// Whether no mean over a window can be a half, nor so near to one that rounding in floats matters.
bool hasNoHalves(const Window& window) {
    constexpr int64_t kMost = 49;  // 1 / (2 * 49) is more than 49 roundings of 256 * 2^-24
    int64_t places = 1;
    for (const int64_t extent : window.kernel) {
        places *= extent;
    }
    return places % 2 == 1 && places <= kMost;
}

Result<std::string> lowerAvgPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Window window, windowOf(b.node().attrs, x.shape));
    const auto isSome = [](int64_t width) { return width > 0; };
    const bool padded = std::ranges::any_of(window.padding, isSome);
    const bool countsPadding = padded && b.node().attrs.get<bool>("count_include_pad", true);
    const bool overhangs = padded || std::ranges::any_of(window.paddingEnd, isSome);
    if (b.isInteger() && (!hasNoHalves(window) || (overhangs && !countsPadding))) {
        return failure(kDividesExactly);
    }
    if (countsPadding && b.isInteger() && b.inputQParams(0)->zeroPoint[0] != 0) {
        return failure("padding counts in the average and is not 0 in integers");
    }
    if (countsPadding && window.reachesBeyondPadding()) {
        return failure("ceil_mode's last window counts fewer elements than the others");
    }
    return pool(b,
                countsPadding ? dnnl::algorithm::pooling_avg_include_padding
                              : dnnl::algorithm::pooling_avg_exclude_padding,
                x, window);
}

Result<std::string> lowerAdaptiveAvgPool(NodeBuilder& b) {
    if (b.isInteger()) {
        return failure(kDividesExactly);
    }
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Window window, adaptiveWindowOf(b.node().attrs, x.shape));
    return pool(b, dnnl::algorithm::pooling_avg_exclude_padding, x, window);
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_pool(runtime::KernelRegistry& registry) {
    for (const std::string axes : {"2d", "3d"}) {
        registry.add("max_pool" + axes, {runtime::onednn::lowerMaxPool});
        registry.add("avg_pool" + axes, {runtime::onednn::lowerAvgPool, runtime::lowerWindowAverages});
        registry.add("adaptive_avg_pool" + axes,
                     {runtime::onednn::lowerAdaptiveAvgPool, runtime::lowerWindowAverages});
    }
}

}  // namespace qs
