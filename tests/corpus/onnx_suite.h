#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace qs::test {

/// A model of ONNX's own tests, as Debian's package libonnx-testdata holds them.
struct SuiteModel {
    std::string name;  ///< "test_relu"
    std::filesystem::path file;
};

/// One set of inputs and what they become, in the model's order. Types are those that networks have here:
/// 16-bit floats and float64 as float32, unsigned integers of more than 8 bits as the next wider signed ones.
struct SuiteData {
    std::vector<at::Tensor> inputs, outputs;
    /// Of each output, whether the model says that it is bfloat16: what is computed here has more digits.
    std::vector<bool> isShort = {};
    std::string misfit = {};  ///< what of the data is not as the model says; runtimes that check refuse it
};

/// By group: the folders "simple", "pytorch-converted" and "pytorch-operator"; of "node", which has most,
/// "node_a" and so on by the letter behind "test_". Empty where the package is not installed.
std::map<std::string, std::vector<SuiteModel>> suiteGroups();

::onnx::ModelProto readModel(const std::filesystem::path& file);
/// Every test_data_set_ beside the model.
std::vector<SuiteData> dataOf(const SuiteModel& model);

/// What refuses a model, and at which step of its way: "open", "constants" (with inputs that must be constant
/// made so), "convert", "onnx", "torchscript", or a backend that runs it. "values": the outputs that the
/// suite has for it are others than ONNX Runtime's; "data": its inputs do not fit the model
/// (SuiteData::misfit).
struct Refusal {
    std::string step, sentence;
    bool operator==(const Refusal&) const = default;
};

/// The models that are known to be refused.
///
/// A text file: "STEP: SENTENCE", then, indented, the names of models that the sentence refuses at that step;
/// a name may end in "*". Lines that begin with "#" are comments.
class RefusedModels {
  public:
    explicit RefusedModels(const std::filesystem::path& list);

    /// The refusals that the list has for a model.
    std::vector<Refusal> of(const std::string& model) const;
    /// Names and patterns that none of `models` has.
    std::vector<std::string> strangers(const std::vector<std::string>& models) const;

  private:
    struct Entry {
        std::string name;
        Refusal refusal;
    };
    std::vector<Entry> entries_;
};

}  // namespace qs::test
