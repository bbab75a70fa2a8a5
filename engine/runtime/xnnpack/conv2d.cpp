#include "runtime/plan/geometry.h"
#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/weighted.h"

namespace qs::runtime::xnnpack {

namespace {

/// Dense, grouped, depthwise, dilated; int8 weights with one scale (qs8) or one a channel (qc8), or floats.
Result<std::string> lowerConv2d(NodeBuilder& b) {
    QS_TRY(checkWeightedStep(b));
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    QS_ASSIGN(const Convolution g, convolutionOf(b.node(), x.shape));
    const at::Tensor weight = weightOf(b).permute({0, 2, 3, 1}).contiguous();
    ConvolutionSizes sizes;
    for (size_t i = 0; i < 2; ++i) {
        sizes.kernel[i] = static_cast<uint32_t>(weight.size(static_cast<int64_t>(i) + 1));
        sizes.stride[i] = static_cast<uint32_t>(g.strides[i]);
        sizes.dilation[i] = static_cast<uint32_t>(g.dilation[i] + 1);
        sizes.padding[i] = static_cast<uint32_t>(g.padding[i]);
    }
    sizes.groups = static_cast<uint32_t>(g.groups);
    sizes.groupInputs = static_cast<size_t>(weight.size(3));
    sizes.groupOutputs = static_cast<size_t>(weight.size(0) / g.groups);
    const Destination y = destinationOf(b, g.output, Layout::ChannelsLast);
    QS_ASSIGN(std::string name, addConvolution(b, sizes, weight, x, y));
    return finish(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_conv2d(runtime::KernelRegistry& registry) {
    registry.add("conv2d", {runtime::xnnpack::lowerConv2d});
}

}  // namespace qs
