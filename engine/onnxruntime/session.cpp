#include "onnxruntime/session.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "core/guard.h"
#include "onnxruntime/tensor_files.h"
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
    std::string told;
    if (options.fusesInt8) {
        job["options"]["qdqisint8allowed"] = "1";
        told = ", int8 activations as on ARM processors (session.qdqisint8allowed=1)";
    }
    if (!options.optimized.empty()) {
        job["optimized"] = options.optimized.string();
    }
    if (!options.inputs.empty()) {
        QS_ASSIGN(job["inputs"], writeTensors(base + ".input", options.inputs));
    }
    QS_ASSIGN(auto node, LineProcess::start(program(), job.dump(), base + ".log"));
    QS_ASSIGN(const std::string line, node->receive(kLoading));
    QS_ASSIGN(const json answer, readAnswer(line));
    return std::unique_ptr<OnnxRuntimeSession>(new OnnxRuntimeSession(
        base, std::move(node), "ONNX Runtime " + answer.value("version", std::string("?")) + told));
}

Status OnnxRuntimeSession::setInputs(std::span<const at::Tensor> inputs) {
    QS_ASSIGN(inputs_, writeTensors(base_ + ".input", inputs));
    return {};
}

Result<OnnxRuntimeSession::Times> OnnxRuntimeSession::time() {
    QS_ASSIGN(const json answer, ask(*node_, json::object(), inputs_));
    return Times{answer.value("wall_ms", 0.0), answer.value("processor_ms", 0.0)};
}

Result<std::vector<at::Tensor>> OnnxRuntimeSession::run() {
    QS_ASSIGN(const json answer, ask(*node_, {{"outputs", base_ + ".output"}}, inputs_));
    return guard("node's answer is not what was asked for",
                 [&]() -> Result<std::vector<at::Tensor>> { return readTensors(answer.at("outputs")); });
}

}  // namespace qs
