#include "exporters/onnx/channel_affine.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/round.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/where.h>

#include <limits>

namespace qs {

std::optional<std::string> channelAffine(const OnnxStep& step, const at::Tensor& factor,
                                         const at::Tensor& offset) {
    constexpr double steps = 127;
    const Shape shape = step.shape(0);
    if (!step.isInteger() || !step.profile().fusesEachNode || shape.size() < 3 || shape.size() > 4) {
        return std::nullopt;
    }
    const int64_t channels = shape[1];
    const at::Tensor weight = factor.to(at::kDouble).flatten().expand({channels}).contiguous();
    const at::Tensor bias = offset.to(at::kDouble).flatten().expand({channels}).contiguous();
    const at::Tensor scale =
        at::where(weight.eq(0), at::full_like(weight, 1), weight.abs() / steps).to(at::kFloat);
    const QParams& input = *step.graph().value(step.node().inputs.at(0)).qparams;
    const at::Tensor biasScale = scale * static_cast<float>(input.scale.at(0));
    const at::Tensor biasSteps = at::round(bias / biasScale.to(at::kDouble));
    if (biasSteps.abs().max().item<double>() > std::numeric_limits<int32_t>::max() / 2) {
        return std::nullopt;
    }
    Shape kernel(shape.size(), 1);
    kernel[0] = channels;
    const std::string& layer = step.node().layer;
    const at::Tensor integers = (at::sign(weight) * steps).to(at::kChar).reshape(kernel);
    return step.main("Conv",
                     {step.tensor(0), step.values().constant(layer + "/factor", integers, scale, 0),
                      step.values().constant(layer + "/offset", biasSteps.to(at::kInt), biasScale, 0)},
                     OnnxAttributes()
                         .add("kernel_shape", std::vector<int64_t>(shape.size() - 2, 1))
                         .add("group", channels));
}

}  // namespace qs
