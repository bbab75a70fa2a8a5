#pragma once

#include <optional>
#include <string>

#include "exporters/onnx/step.h"

namespace qs {

/// An integer step y = factor * x + offset by channel (ops/channel_affine.h) as a depthwise convolution: ONNX
/// Runtime has integer kernels for that and none for batch norm or for constants in float. Nothing where the
/// step is none, or the profile does not ask for it.
std::optional<std::string> channelAffine(const OnnxStep& step);

}  // namespace qs
