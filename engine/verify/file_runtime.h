#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "verify/file_facts.h"

namespace qs {

/// An exported file in a runtime. Inputs are contiguous, one a model input, in its type. One caller at a
/// time.
class FileSession {
  public:
    /// One run that also shows what lies between.
    struct Layers {
        std::vector<at::Tensor> outputs;
        /// By layer its integer tensors in the order of LayerTensors, as uint8 or int8, or as real numbers
        /// where the file holds those; layers that the file does not show are missing.
        std::map<std::string, std::vector<at::Tensor>> values;
    };

    virtual ~FileSession() = default;
    /// The model's outputs in their order.
    virtual Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) = 0;
    /// The same by the same kernels, giving out `shown` of FileFacts::layers too. What is given out may
    /// change what is fused, and outputs with it. Not called where there is a whyNoLayers().
    virtual Result<Layers> runLayers(std::span<const at::Tensor> inputs, const LayerTensors& shown) = 0;
    /// How many weights of convolutions and linear layers the file holds as 8-bit integers.
    virtual Result<int64_t> integerWeights() const = 0;
    /// Wall-clock milliseconds of one run.
    virtual Result<double> time(std::span<const at::Tensor> inputs) = 0;
    /// Of what runs it: "ONNX Runtime 1.30.0".
    virtual std::string version() const = 0;
    /// Why runLayers() shows no layer of this file; empty where it does.
    virtual std::string whyNoLayers() const { return {}; }
    /// What a reader of the report must know, or empty.
    virtual std::string note() const { return {}; }
    /// What computes a tensor of FileFacts::layers in the file as it is run, as far as the runtime says it:
    /// "QLinearConv"; operators on real numbers, with `isFloat`. Nothing where it does not.
    struct Computed {
        std::string operators;
        bool isFloat = false;
    };
    virtual Result<std::optional<Computed>> computedBy(const std::string& /*tensor*/) {
        return std::optional<Computed>();
    }
};

/// What can open exported files, and run them with kernels of its own.
struct FileRuntime {
    std::string description;  ///< for menus
    bool independent = true;  ///< whether what runs the file is another program than the engine
    /// In which order runtimes are taken that can open a file, where none is named: those that it is made
    /// for, then the one that opens everything; some only where they are named.
    enum class Choice { First, Last, ByName } choice = Choice::First;
    /// Files are opened in processes of their own, for what the library keeps from one to the next.
    bool ownProcess = false;
    std::function<bool(FileFormat)> matches;
    /// Why it cannot run on this machine and what to do about it; empty where it can. Starts nothing.
    std::function<std::string()> whyAbsent;
    /// `threads` as setThreads() has set them. Failure where the file cannot be opened; throws nothing.
    std::function<Result<std::unique_ptr<FileSession>>(const FileFacts&, int threads)> open;
};

/// Why no runtime finds layers in a file that does not say where they are; empty where it does.
std::string whyNoLayersIn(const FileFacts& facts);

/// Every runtime by its name (engine/verify/runtimes).
const Registry<FileRuntime>& fileRuntimes();

/// Names of what opens files here and now, the best first.
std::vector<std::string> availableRuntimes();

/// A file in the runtime that it is run with.
struct OpenedFile {
    std::string runtime;
    bool independent = true;  ///< FileRuntime::independent
    std::unique_ptr<FileSession> session;
    std::vector<std::string> notes;  ///< which better runtimes are not here, and why
};

/// Opens the file in the runtime `name`, or where that is empty in the best one that is here. Usage error for
/// a name that there is not, or that does not open such files; failure where the one that is named is absent.
Result<OpenedFile> openFile(const FileFacts& facts, const std::string& name, int threads);

}  // namespace qs
