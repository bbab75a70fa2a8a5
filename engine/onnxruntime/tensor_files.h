#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace qs {

/// Writes the tensors to PREFIX0, PREFIX1, ... as their bare numbers, and describes them for the process that
/// reads them: [{"file", "type", "shape"}]. Failure for a type that ONNX Runtime's package for node lacks.
Result<nlohmann::json> writeTensors(const std::string& prefix, std::span<const at::Tensor> tensors);

/// What writeTensors(), or such a process, wrote. Throws nlohmann::json::exception where the description is
/// none.
Result<std::vector<at::Tensor>> readTensors(const nlohmann::json& described);

}  // namespace qs
