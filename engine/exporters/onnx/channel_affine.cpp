#include "exporters/onnx/channel_affine.h"

#include <ATen/TensorOperators.h>

#include "ops/channel_affine.h"

namespace qs {

std::optional<std::string> channelAffine(const OnnxStep& step) {
    if (!step.isInteger() || !step.profile().fusesEachNode) {
        return std::nullopt;
    }
    const std::optional<ChannelAffine> affine = channelAffineOf(step.graph(), step.node());
    if (!affine) {
        return std::nullopt;
    }
    const int64_t channels = affine->weight.numel();
    Shape kernel(step.rank(), 1);
    kernel[0] = channels;
    const QParams& input = *step.graph().value(step.node().inputs.at(0)).qparams;
    const std::string& layer = step.node().layer;
    return step.main(
        "Conv",
        {step.tensor(0),
         step.values().constant(layer + "/factor", affine->weight.reshape(kernel), affine->scale, 0),
         step.values().constant(layer + "/offset", affine->bias,
                                affine->scale * static_cast<float>(input.scale.at(0)), 0)},
        OnnxAttributes()
            .add("kernel_shape", std::vector<int64_t>(step.rank() - 2, 1))
            .add("group", channels));
}

}  // namespace qs
