#include "comparison/onnxruntime_runner.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "comparison/line_process.h"

namespace qs {

/// onnxruntime.js, embedded by CMake.
extern const char* const kOnnxRuntimeScript;

namespace {

using nlohmann::json;

constexpr std::chrono::minutes kLoading{3};
constexpr std::chrono::minutes kInference{2};

Result<std::string> typeName(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kFloat:
            return std::string("float32");
        case at::kDouble:
            return std::string("float64");
        case at::kLong:
            return std::string("int64");
        case at::kInt:
            return std::string("int32");
        case at::kBool:
            return std::string("bool");
        default:
            return failure(std::string("an input of type ") + c10::toString(tensor.scalar_type()) +
                           " cannot be handed to ONNX Runtime");
    }
}

Result<json> writeInput(const std::filesystem::path& file, const at::Tensor& input) {
    QS_ASSIGN(const std::string type, typeName(input));
    std::ofstream stream(file, std::ios::binary);
    stream.write(static_cast<const char*>(input.data_ptr()), static_cast<std::streamsize>(input.nbytes()));
    stream.close();
    if (!stream) {
        return failure("cannot write " + file.string());
    }
    return json{{"file", file.string()}, {"type", type}, {"shape", input.sizes().vec()}};
}

/// A line of the script; what it reports as an error is a failure.
Result<json> readAnswer(const std::string& line) {
    json answer = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object()) {
        return failure("node answers '" + line + "', which is no answer to the question");
    }
    if (const auto error = answer.find("error"); error != answer.end() && error->is_string()) {
        return failure(error->get<std::string>());
    }
    return answer;
}

class OnnxRuntimeRunner : public Runner {
  public:
    OnnxRuntimeRunner(std::unique_ptr<LineProcess> node, std::string version)
        : node_(std::move(node)), version_(std::move(version)) {}

    Result<InferenceTime> run() override {
        QS_TRY(node_->send("run"));
        QS_ASSIGN(const std::string line, node_->receive(kInference));
        QS_ASSIGN(const json answer, readAnswer(line));
        return InferenceTime{answer.value("wall_ms", 0.0), answer.value("processor_ms", 0.0)};
    }
    std::string version() const override { return version_; }

  private:
    std::unique_ptr<LineProcess> node_;
    std::string version_;
};

}  // namespace

Result<std::unique_ptr<Runner>> makeOnnxRuntimeRunner(const std::filesystem::path& model,
                                                      const std::vector<at::Tensor>& inputs, int threads,
                                                      const std::filesystem::path& folder) {
    json job{{"model", model.string()}, {"threads", threads}, {"inputs", json::array()}};
    for (size_t i = 0; i < inputs.size(); ++i) {
        const auto file = folder / (model.stem().string() + ".input" + std::to_string(i));
        QS_ASSIGN(json input, writeInput(file, inputs[i]));
        job["inputs"].push_back(std::move(input));
    }
    QS_ASSIGN(auto node, LineProcess::start({"node", "-e", kOnnxRuntimeScript, "--", job.dump()},
                                            folder / (model.stem().string() + ".log")));
    QS_ASSIGN(const std::string line, node->receive(kLoading));
    QS_ASSIGN(const json answer, readAnswer(line));
    return std::unique_ptr<Runner>(std::make_unique<OnnxRuntimeRunner>(
        std::move(node), "ONNX Runtime " + answer.value("version", std::string("?"))));
}

}  // namespace qs
