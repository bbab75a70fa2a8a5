#pragma once

#include <string>
#include <vector>

#include "exporters/onnx/values.h"

namespace qs {

/// TensorRT's calibration cache, which gives the scales of a float model's tensors: a line of its version and
/// kind, then "NAME: HEX" for each tensor, the bits of the float32 scale, most significant first. A tensor of
/// several scales has its first one.
std::string calibrationCache(const std::vector<QuantizedTensor>& tensors);

}  // namespace qs
