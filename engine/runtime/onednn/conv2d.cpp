#include "runtime/onednn/weighted.h"
#include "runtime/plan/geometry.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;

/// O, I, H, W or, with groups, G, O/G, I, H, W; the stored tensor reads as either.
Dims weightDims(const QNode& node, int64_t groups) {
    const auto s = node.weight->sizes();
    return groups == 1 ? Dims{s[0], s[1], s[2], s[3]} : Dims{groups, s[0] / groups, s[1], s[2], s[3]};
}

Result<std::string> lowerConv2d(NodeBuilder& b) {
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
        b.isInteger() && g.groups > 1 && g.padding != Dims{0, 0} && b.inputQParams(0)->zeroPoint[0] != 0 &&
        name.find("gemm") != std::string::npos) {
        return failure("oneDNN has only " + name + " for it, which pads some groups with another zero point");
    }
    const dnnl::memory::desc stored(dims, storedWeightType(b), g.groups == 1 ? Tag::oihw : Tag::goihw);
    QS_ASSIGN(std::string name,
              call<dnnl::convolution_forward>(
                  b, pd, weightedArguments(b, memoryOf(x), memoryOf(y), pd.weights_desc(), stored, bias)));
    return addedAfterwards(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_conv2d(runtime::KernelRegistry& registry) {
    registry.add("conv2d", {runtime::onednn::lowerConv2d});
}

}  // namespace qs
