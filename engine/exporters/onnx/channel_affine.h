#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "exporters/onnx/step.h"

namespace qs {

/// y = factor * x + offset by channel, as a depthwise convolution: ONNX Runtime has integer kernels for that
/// and none for batch norm or for constants in float. The weights are 127 steps of a scale of their own, so
/// that nothing is lost. `factor` and `offset` have C elements, or one. Nothing where the step is not
/// integer, the profile does not ask for it, the input has no channels, or the offset does not fit an int32
/// bias.
std::optional<std::string> channelAffine(const OnnxStep& step, const at::Tensor& factor,
                                         const at::Tensor& offset);

}  // namespace qs
