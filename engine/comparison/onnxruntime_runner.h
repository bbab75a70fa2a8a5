#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "comparison/contestant.h"

namespace qs {

/// An ONNX model in ONNX Runtime (OnnxRuntimeSession). Inputs are made before, and timed is its run alone.
/// `folder` takes the inputs and a log.
Result<std::unique_ptr<Runner>> makeOnnxRuntimeRunner(const std::filesystem::path& model,
                                                      const std::vector<at::Tensor>& inputs, int threads,
                                                      const std::filesystem::path& folder);

}  // namespace qs
