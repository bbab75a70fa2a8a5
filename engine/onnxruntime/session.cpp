#include "onnxruntime/session.h"

#include <ATen/ops/empty.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "core/guard.h"
#include "protocol/parse_json.h"

namespace qs {

/// onnxruntime.js, embedded by CMake.
extern const char* const kOnnxRuntimeScript;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::minutes kLoading{3};
constexpr std::chrono::minutes kInference{2};

constexpr std::array kPackages{"onnxruntime-node", "onnxruntime-common"};

struct TypeName {
    const char* name;
    at::ScalarType type;
};

constexpr std::array kTypes{TypeName{"float32", at::kFloat}, TypeName{"float64", at::kDouble},
                            TypeName{"int64", at::kLong},    TypeName{"int32", at::kInt},
                            TypeName{"int8", at::kChar},     TypeName{"uint8", at::kByte},
                            TypeName{"bool", at::kBool}};

Result<json> writeTensor(const std::string& file, const at::Tensor& tensor) {
    const auto type = std::ranges::find(kTypes, tensor.scalar_type(), &TypeName::type);
    if (type == kTypes.end()) {
        return failure(std::string("an input of type ") + c10::toString(tensor.scalar_type()) +
                       " cannot be handed to ONNX Runtime");
    }
    const at::Tensor packed = tensor.contiguous();
    std::ofstream stream(file, std::ios::binary);
    stream.write(static_cast<const char*>(packed.data_ptr()), static_cast<std::streamsize>(packed.nbytes()));
    stream.close();
    if (!stream) {
        return failure("cannot write " + file);
    }
    return json{{"file", file}, {"type", type->name}, {"shape", packed.sizes().vec()}};
}

Result<json> writeInputs(const std::string& base, std::span<const at::Tensor> inputs) {
    json written = json::array();
    for (size_t i = 0; i < inputs.size(); ++i) {
        QS_ASSIGN(json input, writeTensor(base + ".input" + std::to_string(i), inputs[i]));
        written.push_back(std::move(input));
    }
    return written;
}

Result<at::Tensor> readTensor(const json& output) {
    const auto typeName = output.at("type").get<std::string>();
    const auto type = std::ranges::find(kTypes, typeName, [](const TypeName& t) { return t.name; });
    if (type == kTypes.end()) {
        return failure("output " + output.at("name").get<std::string>() + " of ONNX Runtime is of type " +
                       typeName + ", which is not read here");
    }
    at::Tensor tensor = at::empty(output.at("shape").get<std::vector<int64_t>>(), type->type);
    std::ifstream stream(output.at("file").get<std::string>(), std::ios::binary);
    stream.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!stream) {
        return failure("cannot read what ONNX Runtime wrote to " + output.at("file").get<std::string>());
    }
    return tensor;
}

/// A line of the script; what it reports as an error is a failure.
Result<json> readAnswer(const std::string& line) {
    json answer = protocol::parseJson(line).value;
    if (!answer.is_object()) {
        return failure("node answers '" + line + "', which is no answer to the question");
    }
    if (const auto error = answer.find("error"); error != answer.end() && error->is_string()) {
        return failure(error->get<std::string>());
    }
    return answer;
}

Result<json> ask(LineProcess& node, json request, json& inputs) {
    if (!inputs.is_null()) {
        request["inputs"] = std::exchange(inputs, nullptr);
    }
    QS_TRY(node.send(request.dump()));
    QS_ASSIGN(const std::string line, node.receive(kInference));
    return readAnswer(line);
}

/// The folder that packages are taken from, whether it is there or not.
fs::path packageFolder() {
    std::error_code error;
    if (const char* told = ::getenv("QS_NODE_MODULES"); told != nullptr && *told != '\0') {
        return fs::absolute(told, error);
    }
    const fs::path bin = fs::read_symlink("/proc/self/exe", error).parent_path();
    const fs::path beside = bin / "node_modules";
    return fs::exists(beside, error) ? beside : bin.parent_path() / "share" / "quantoscope" / "node_modules";
}

}  // namespace

std::string OnnxRuntimeSession::whyAbsent() {
    if (findProgram("node").empty()) {
        return "node is not installed: install nodejs";
    }
    const bool found = std::ranges::all_of(kPackages, [](const char* package) {
        std::error_code error;
        return fs::exists(packageFolder() / package / "package.json", error);
    });
    return found ? ""
                 : "onnxruntime-node is not installed: npm install onnxruntime-node, and set "
                   "QS_NODE_MODULES to the node_modules folder";
}

Program OnnxRuntimeSession::program() {
    // What would make node load something besides the script and the package.
    return {
        "onnxruntime", {"node", "-e", kOnnxRuntimeScript, "--"}, {{"NODE_OPTIONS", ""}, {"NODE_PATH", ""}}};
}

Result<std::unique_ptr<OnnxRuntimeSession>> OnnxRuntimeSession::open(const Options& options) {
    const std::string base = (options.folder / options.model.stem()).string();
    json job{{"model", options.model.string()},
             {"threads", options.threads},
             {"modules", packageFolder().string()}};
    if (!options.inputs.empty()) {
        QS_ASSIGN(job["inputs"], writeInputs(base, options.inputs));
    }
    QS_ASSIGN(auto node, LineProcess::start(program(), job.dump(), base + ".log"));
    QS_ASSIGN(const std::string line, node->receive(kLoading));
    QS_ASSIGN(const json answer, readAnswer(line));
    return std::unique_ptr<OnnxRuntimeSession>(new OnnxRuntimeSession(
        base, std::move(node), "ONNX Runtime " + answer.value("version", std::string("?"))));
}

Status OnnxRuntimeSession::setInputs(std::span<const at::Tensor> inputs) {
    QS_ASSIGN(inputs_, writeInputs(base_, inputs));
    return {};
}

Result<OnnxRuntimeSession::Times> OnnxRuntimeSession::time() {
    QS_ASSIGN(const json answer, ask(*node_, json::object(), inputs_));
    return Times{answer.value("wall_ms", 0.0), answer.value("processor_ms", 0.0)};
}

Result<std::vector<at::Tensor>> OnnxRuntimeSession::run() {
    QS_ASSIGN(const json answer, ask(*node_, {{"outputs", base_ + ".output"}}, inputs_));
    return guard("node's answer is not what was asked for", [&]() -> Result<std::vector<at::Tensor>> {
        std::vector<at::Tensor> outputs;
        for (const json& output : answer.at("outputs")) {
            QS_ASSIGN(at::Tensor tensor, readTensor(output));
            outputs.push_back(std::move(tensor));
        }
        return outputs;
    });
}

}  // namespace qs
