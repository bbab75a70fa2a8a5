#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "corpus/tensor_files.h"

namespace qs::test {

/// What another runtime makes of a model file, for one or several sets of inputs.
struct Judgement {
    std::string absent;                            ///< why the runtime is not here, or empty
    std::string failure;                           ///< what went wrong, or empty
    std::vector<std::vector<at::Tensor>> outputs;  ///< for each set of inputs, the tensors of the result
};

/// This process' LibTorch. Tuples, lists and dicts open up; None drops out.
Judgement judgeWithLibTorch(const std::filesystem::path& model,
                            const std::vector<std::vector<NamedTensor>>& inputs);
/// onnxruntime-node, which is looked for in nodeModules(). Writes its files into `scratch`.
Judgement judgeWithOnnxRuntime(const std::filesystem::path& model,
                               const std::vector<std::vector<NamedTensor>>& inputs,
                               const std::filesystem::path& scratch);

std::vector<at::Tensor> tensorsOf(const std::vector<NamedTensor>& named);
/// The first `batch` samples of each.
std::vector<NamedTensor> firstSamples(const std::vector<NamedTensor>& tensors, int64_t batch);

}  // namespace qs::test
