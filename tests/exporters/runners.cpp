#include "exporters/runners.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "core/files.h"
#include "graph/graph.h"
#include "ops/quantized_engine.h"

namespace qs::test {

namespace fs = std::filesystem;

namespace {

constexpr int absentCode = 77;

std::string quoted(const std::string& text) {
    return "'" + text + "'";
}

std::string shapeText(const at::Tensor& tensor) {
    std::ostringstream text;
    for (int64_t i = 0; i < tensor.dim(); ++i) {
        text << (i ? "," : "") << tensor.size(i);
    }
    return text.str();
}

/// Types as the runners call them.
struct TypeName {
    std::string_view name;
    at::ScalarType type;
};
constexpr std::array kTypes{
    TypeName{"float32", at::kFloat}, TypeName{"float64", at::kDouble}, TypeName{"float16", at::kHalf},
    TypeName{"int64", at::kLong},    TypeName{"int32", at::kInt},      TypeName{"int16", at::kShort},
    TypeName{"int8", at::kChar},     TypeName{"uint8", at::kByte},     TypeName{"bool", at::kBool}};

/// "FILE:TYPE:SHAPE" of an input that is written to FILE.
std::string writeInput(const fs::path& file, const at::Tensor& input) {
    const at::Tensor packed = input.contiguous();
    std::ofstream(file, std::ios::binary)
        .write(static_cast<const char*>(packed.data_ptr()), static_cast<std::streamsize>(packed.nbytes()));
    const auto* type = std::ranges::find(kTypes, packed.scalar_type(), &TypeName::type);
    return quoted(file.string() + ":" + std::string(type->name) + ":" + shapeText(packed));
}

/// Output `file` of a runner, with "TYPE:SHAPE" in `file`.shape.
at::Tensor readOutput(const std::string& file) {
    std::istringstream extents(readFile(file + ".shape").value());
    std::string type;
    std::getline(extents, type, ':');
    Shape shape;
    for (std::string extent; std::getline(extents, extent, ',');) {
        shape.push_back(std::stoll(extent));
    }
    const std::string bytes = readFile(file).value();
    const auto* known = std::ranges::find(kTypes, std::string_view(type), &TypeName::name);
    if (known == kTypes.end()) {
        throw std::runtime_error(file + " has elements of type " + type);
    }
    at::Tensor output = at::empty(shape, known->type);
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(output.data_ptr()));
    return output;
}

void setOutputs(ForeignRun& run, std::vector<at::Tensor> outputs) {
    for (const at::Tensor& output : outputs) {
        run.outputs.push_back(output.to(at::kFloat).contiguous());
    }
    run.typed = std::move(outputs);
    if (run.outputs.empty()) {
        return;
    }
    const at::Tensor& first = run.outputs.at(0);
    run.output = first.dim() > 1 ? first.flatten(1).contiguous() : first;
}

std::string outputFile(const ForeignJob& job, size_t i) {
    return job.model.string() + ".out." + std::to_string(i);
}

/// "MODEL OUTPUTS INPUT..." of a job, whose inputs are written.
std::string jobArguments(const ForeignJob& job) {
    std::string line = quoted(job.model.string()) + " " + quoted(job.model.string() + ".out");
    for (size_t i = 0; i < job.inputs.size(); ++i) {
        line += " " + writeInput(job.model.string() + ".in" + std::to_string(i), job.inputs[i]);
    }
    return line;
}

std::vector<at::Tensor> readOutputs(const ForeignJob& job) {
    std::vector<at::Tensor> outputs;
    while (fs::exists(outputFile(job, outputs.size()))) {
        outputs.push_back(readOutput(outputFile(job, outputs.size())));
    }
    return outputs;
}

/// Runs `command` JOB [-- JOB]..., which writes OUTPUTS.0, OUTPUTS.1, ... of each job that it can run.
std::vector<ForeignRun> runCommand(const std::vector<ForeignJob>& jobs, const std::string& command) {
    std::string line = command;
    for (const ForeignJob& job : jobs) {
        line += (line == command ? " " : " -- ") + jobArguments(job);
    }
    ForeignRun all;
    FILE* pipe = ::popen((line + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (::fgets(buffer, sizeof buffer, pipe) != nullptr) {
        all.log += buffer;
    }
    const int status = ::pclose(pipe);
    all.absent = WIFEXITED(status) && WEXITSTATUS(status) == absentCode;
    std::vector<ForeignRun> runs(jobs.size(), all);
    for (size_t i = 0; i < jobs.size(); ++i) {
        setOutputs(runs[i], readOutputs(jobs[i]));
    }
    return runs;
}

std::string script(const std::string& name) {
    return quoted(QS_SOURCE_DIR "/tests/exporters/" + name);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "qs-exporters-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

ForeignRun runLibTorch(const ForeignJob& job, const std::string& engine) {
    const at::QEngine wanted = engine == "onednn" ? at::QEngine::ONEDNN : at::QEngine::QNNPACK;
    const std::vector<at::QEngine>& supported = at::globalContext().supportedQEngines();
    if (std::find(supported.begin(), supported.end(), wanted) == supported.end()) {
        return {.absent = true, .log = "LibTorch has no quantized engine " + engine};
    }
    const QuantizedEngine chosen(wanted);
    const at::NoGradGuard noGrad;
    torch::jit::Module module = torch::jit::load(job.model.string());
    const c10::IValue result = module.forward({job.inputs.begin(), job.inputs.end()});
    std::vector<at::Tensor> outputs;
    for (const c10::IValue& item :
         result.isTuple() ? result.toTuple()->elements().vec() : std::vector<c10::IValue>{result}) {
        outputs.push_back(item.toTensor());
    }
    ForeignRun run;
    setOutputs(run, std::move(outputs));
    return run;
}

std::vector<ForeignRun> runPythonTorch(const std::vector<ForeignJob>& jobs, const std::string& engine) {
    return runCommand(jobs, "/usr/bin/python3 " + script("run_torchscript.py") + " " + engine);
}

std::vector<ForeignRun> runOnnxRuntime(const std::vector<ForeignJob>& jobs, bool asOnArm) {
    if (::system("node --version > /dev/null 2>&1") != 0) {
        return {jobs.size(), ForeignRun{.absent = true, .log = "node is not installed"}};
    }
    const char* modules = ::getenv("QS_NODE_MODULES");
    return runCommand(jobs, "node " + script("run_onnx.mjs") + " " +
                                quoted(modules ? modules : QS_SOURCE_DIR "/tests/node_modules") +
                                (asOnArm ? " --as-on-arm" : ""));
}

}  // namespace qs::test
