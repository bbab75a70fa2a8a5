#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace qs::test {

/// A folder that lives as long as the object.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// What a foreign runtime made of a model. `absent`: it is not installed, and `log` says what is missing.
struct ForeignRun {
    bool absent = false;
    std::string log = {};
    at::Tensor output = {};                ///< the first one, N x ...; undefined where the run failed
    std::vector<at::Tensor> outputs = {};  ///< as float32
    std::vector<at::Tensor> typed = {};    ///< the same in the types that the runtime gave
};

/// A model and one tensor for each of its inputs.
struct ForeignJob {
    std::filesystem::path model;
    std::vector<at::Tensor> inputs;
};

/// The model in this process' LibTorch with the quantized engine "onednn" or "qnnpack".
ForeignRun runLibTorch(const ForeignJob& job, const std::string& engine);
/// The models in one process of python3-torch.
std::vector<ForeignRun> runPythonTorch(const std::vector<ForeignJob>& jobs, const std::string& engine);
/// The models in one process of onnxruntime-node, which is looked for in $QS_NODE_MODULES or
/// tests/node_modules. Writes each graph as fused beside the model, with the extension .optimized.onnx.
/// `asOnArm`: int8 activations are fused, as they are by default on ARM processors.
std::vector<ForeignRun> runOnnxRuntime(const std::vector<ForeignJob>& jobs, bool asOnArm = false);

inline ForeignRun runLibTorch(const std::filesystem::path& model, const at::Tensor& input,
                              const std::string& engine) {
    return runLibTorch({model, {input}}, engine);
}
inline ForeignRun runPythonTorch(const std::filesystem::path& model, const at::Tensor& input,
                                 const std::string& engine) {
    return runPythonTorch({{model, {input}}}, engine).at(0);
}
inline ForeignRun runOnnxRuntime(const std::filesystem::path& model, const at::Tensor& input) {
    return runOnnxRuntime({{model, {input}}}).at(0);
}

}  // namespace qs::test
