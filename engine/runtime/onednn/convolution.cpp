#include <algorithm>

#include "runtime/kernels/depthwise.h"
#include "runtime/onednn/weighted.h"
#include "runtime/plan/geometry.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;

/// O, I, (D,) H, W or, with groups, G, O/G, I, (D,) H, W; the stored tensor reads as either.
Dims weightDims(const QNode& node, int64_t groups) {
    Dims dims = node.weight->sizes().vec();
    if (groups > 1) {
        dims[0] /= groups;
        dims.insert(dims.begin(), groups);
    }
    return dims;
}

Tag storedTag(const Convolution& g) {
    const bool isVolume = g.padding.size() == 3;
    return g.groups == 1 ? (isVolume ? Tag::oidhw : Tag::oihw) : (isVolume ? Tag::goidhw : Tag::goihw);
}

bool isPadded(const Convolution& g) {
    return std::ranges::any_of(g.padding, [](int64_t padding) { return padding > 0; });
}

Result<std::string> lowerConvolution(NodeBuilder& b) {
    QS_TRY(checkWeighted(b));
    QS_TRY(checkPairSums(b));
    QS_ASSIGN(const Operand x, weightedInput(b, Layout::ChannelsLast));
    QS_ASSIGN(const Convolution g, convolutionOf(b.node(), x.shape));
    QS_ASSIGN(const Operand y, weightedOutput(b, x, g.output, Layout::ChannelsLast));

    const Dims dims = weightDims(b.node(), g.groups);
    const dnnl::memory::desc bias({g.output[1]}, biasType(b), Tag::x);
    const dnnl::convolution_forward::desc desc(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, descOf(x),
        {dims, weightType(b), Tag::any}, bias, descOf(y), g.strides, g.dilation, g.padding, g.padding);
    const dnnl::convolution_forward::primitive_desc pd(desc, weightedAttributes(b, 1), cpuEngine());
    if (const std::string name = pd.impl_info_str();
        b.isInteger() && g.groups > 1 && name.find("gemm") != std::string::npos) {
        if (isPadded(g) && b.inputQParams(0)->zeroPoint[0] != 0) {
            return failure("oneDNN has only " + name +
                           " for it, which pads some groups with another zero point");
        }
        if (b.node().weight->size(1) == 1) {
            return failure("oneDNN has only " + name + " for it, a product of matrices for each channel");
        }
    }
    const dnnl::memory::desc stored(dims, storedWeightType(b), storedTag(g));
    QS_ASSIGN(std::string name,
              call<dnnl::convolution_forward>(
                  b, pd, weightedArguments(b, memoryOf(x), memoryOf(y), pd.weights_desc(), stored, bias)));
    return addedAfterwards(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_convolution(runtime::KernelRegistry& registry) {
    for (const char* op : {"conv2d", "conv3d"}) {
        registry.add(op, {runtime::onednn::lowerConvolution, runtime::lowerDepthwise});
    }
}

}  // namespace qs
