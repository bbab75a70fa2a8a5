#pragma once

#include <cstdint>
#include <filesystem>

#include "core/result.h"

namespace qs {

/// How many convolutions and linear layers of an ONNX file read a weight that is made of 8-bit integers:
/// through DequantizeLinear, or by an operator on integers.
Result<int64_t> onnxIntegerWeights(const std::filesystem::path& path);

}  // namespace qs
