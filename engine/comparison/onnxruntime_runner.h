#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "comparison/contestant.h"

namespace qs {

/// An ONNX model in ONNX Runtime, in a process of node with the package onnxruntime-node, which is looked for
/// in $QS_NODE_MODULES, else where node itself looks (NODE_PATH, the current folder). All graph
/// optimizations; `threads` threads, which stop spinning when a run ends. Inputs are made before, and timed
/// is session.run() alone, by node. `folder` takes the inputs and a log.
Result<std::unique_ptr<Runner>> makeOnnxRuntimeRunner(const std::filesystem::path& model,
                                                      const std::vector<at::Tensor>& inputs, int threads,
                                                      const std::filesystem::path& folder);

}  // namespace qs
