#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

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
    std::string log;
    at::Tensor output;  ///< undefined where the run failed
};

/// The model in this process' LibTorch with the quantized engine "onednn" or "qnnpack".
ForeignRun runLibTorch(const std::filesystem::path& model, const at::Tensor& input,
                       const std::string& engine);
/// The model in python3-torch.
ForeignRun runPythonTorch(const std::filesystem::path& model, const at::Tensor& input,
                          const std::string& engine);
/// The model in onnxruntime-node, which is looked for in $QS_NODE_MODULES or tests/node_modules. Writes the
/// graph as fused beside the model, with the extension .optimized.onnx.
ForeignRun runOnnxRuntime(const std::filesystem::path& model, const at::Tensor& input);

}  // namespace qs::test
