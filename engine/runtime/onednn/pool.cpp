#include <algorithm>

#include "runtime/onednn/average.h"
#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

using Dims = dnnl::memory::dims;

/// A pooling window in oneDNN's terms: dilation counts gaps, paddingEnd is what the last window needs.
struct Window {
    Dims kernel, strides, dilation{0, 0}, padding{0, 0}, paddingEnd{0, 0};
    Shape output;
};

/// Output extents as PyTorch computes them: with ceil_mode the last window must begin inside the input or the
/// padding before it.
Result<Window> windowOf(const Attributes& attrs, const Shape& input) {
    Window w;
    w.kernel = attrs.ints("kernel");
    w.strides = attrs.ints("stride");
    w.padding = attrs.ints("padding");
    if (attrs.find("dilation")) {
        w.dilation = attrs.ints("dilation");
        for (int64_t& gap : w.dilation) {
            gap -= 1;
        }
    }
    if (w.kernel.size() != 2 || w.strides.size() != 2 || w.padding.size() != 2 || w.dilation.size() != 2) {
        return failure("it is not two-dimensional");
    }
    const bool ceil = attrs.get<bool>("ceil_mode", false);
    w.output = {input[0], input[1]};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t extent = (w.kernel[i] - 1) * (w.dilation[i] + 1) + 1;
        const int64_t slack = input[2 + i] + 2 * w.padding[i] - extent;
        if (slack < 0) {
            return failure("its window is larger than the padded input");
        }
        int64_t count = (slack + (ceil ? w.strides[i] - 1 : 0)) / w.strides[i] + 1;
        if ((count - 1) * w.strides[i] >= input[2 + i] + w.padding[i]) {
            --count;
        }
        w.output.push_back(count);
        w.paddingEnd[i] =
            std::max<int64_t>(0, (count - 1) * w.strides[i] + extent - input[2 + i] - w.padding[i]);
    }
    return w;
}

Result<std::string> pool(NodeBuilder& b, dnnl::algorithm algorithm, const Operand& x, const Window& w) {
    if (b.node().activation.kind != FusedActivation::Kind::None) {
        return failure("pooling takes no fused activation");
    }
    if (b.isInteger() && b.inputQParams(0) != b.outputQParams()) {
        return failure("its output has other qparams than its input");
    }
    const Operand y = b.output(w.output, Layout::ChannelsLast);
    const dnnl::pooling_v2_forward::desc desc(dnnl::prop_kind::forward_inference, algorithm, x.desc(),
                                              y.desc(), w.strides, w.kernel, w.dilation, w.padding,
                                              w.paddingEnd);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::pooling_v2_forward::primitive_desc pd(desc, attr, cpuEngine());
    return b.call<dnnl::pooling_v2_forward>(pd, {{DNNL_ARG_SRC, x.memory()}, {DNNL_ARG_DST, y.memory()}});
}

Result<std::string> lowerMaxPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Window window, windowOf(b.node().attrs, x.shape));
    return pool(b, dnnl::algorithm::pooling_max, x, window);
}

Result<std::string> lowerAvgPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Window window, windowOf(b.node().attrs, x.shape));
    const bool padded = window.padding != Dims{0, 0};
    const bool countsPadding = padded && b.node().attrs.get<bool>("count_include_pad", true);
    if (countsPadding && b.isInteger() && b.inputQParams(0)->zeroPoint[0] != 0) {
        return failure("padding counts in the average and is not 0 in integers");
    }
    if (countsPadding &&
        (window.paddingEnd[0] > window.padding[0] || window.paddingEnd[1] > window.padding[1])) {
        return failure("ceil_mode's last window counts fewer elements than the others");
    }
    return pool(b,
                countsPadding ? dnnl::algorithm::pooling_avg_include_padding
                              : dnnl::algorithm::pooling_avg_exclude_padding,
                x, window);
}

Result<std::string> lowerAdaptiveAvgPool(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    const std::vector<int64_t> size = b.node().attrs.ints("output_size");
    Window window;
    window.output = {x.shape[0], x.shape[1]};
    for (size_t i = 0; i < 2; ++i) {
        if (size.size() != 2 || size[i] <= 0 || x.shape[2 + i] % size[i] != 0) {
            return failure("its output size does not divide the input's");
        }
        window.kernel.push_back(x.shape[2 + i] / size[i]);
        window.output.push_back(size[i]);
    }
    window.strides = window.kernel;
    return pool(b, dnnl::algorithm::pooling_avg_exclude_padding, x, window);
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_pool(onednn::KernelRegistry& registry) {
    registry.add("max_pool2d", {onednn::lowerMaxPool});
    registry.add("avg_pool2d", {onednn::lowerAvgPool, onednn::lowerWindowAverages});
    registry.add("adaptive_avg_pool2d", {onednn::lowerAdaptiveAvgPool, onednn::lowerWindowAverages});
}

}  // namespace qs
