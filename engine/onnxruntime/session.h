#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "isolation/line_process.h"

namespace qs {

/// An ONNX model in ONNX Runtime, in a process of node (of an absolute folder of PATH) with the package
/// onnxruntime-node, which is taken from the node_modules folder $QS_NODE_MODULES, else from the one beside
/// this program, else from ../share/quantoscope/node_modules. No telemetry. All graph optimizations; its
/// threads stop spinning when a run ends. One caller at a time.
class OnnxRuntimeSession {
  public:
    struct Options {
        std::filesystem::path model;
        int threads = 1;
        std::filesystem::path folder;         ///< for tensors and a log; exists, and outlives the session
        std::vector<at::Tensor> inputs = {};  ///< in the model's order; empty: said before the first run
        /// Fuses int8 activations, as ONNX Runtime does by itself on ARM processors; on x64 only uint8 ones.
        bool fusesInt8 = false;
        std::filesystem::path optimized = {};  ///< where the model as it is run is written to; empty: nowhere
    };
    /// Milliseconds of one inference, measured by node around its call: by the clock, and of processor time
    /// over all threads.
    struct Times {
        double wallMs = 0;
        double processorMs = 0;
    };

    /// Why ONNX Runtime is not on this machine and what to do, without starting anything; empty where it
    /// seems to be there.
    static std::string whyAbsent();

    /// What open() starts.
    static Program program();
    static Result<std::unique_ptr<OnnxRuntimeSession>> open(const Options& options);

    /// "ONNX Runtime 1.30.0", and what it was told beyond its defaults.
    const std::string& version() const { return version_; }
    /// From the next run on.
    Status setInputs(std::span<const at::Tensor> inputs);
    /// One inference of the inputs; its results are thrown away.
    Result<Times> time();
    /// One inference of the inputs: every output of the model, contiguous, in the type that it has there.
    Result<std::vector<at::Tensor>> run();

  private:
    OnnxRuntimeSession(std::string base, std::unique_ptr<LineProcess> node, std::string version)
        : base_(std::move(base)), node_(std::move(node)), version_(std::move(version)) {}

    std::string base_;  ///< that names of files with tensors begin with
    std::unique_ptr<LineProcess> node_;
    std::string version_;
    nlohmann::json inputs_;  ///< to be said with the next run; null: nothing new
};

}  // namespace qs
