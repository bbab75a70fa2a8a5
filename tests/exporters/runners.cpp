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
#include <fstream>
#include <sstream>

#include "core/files.h"

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

/// Runs `command`, which reads `<model>.in` and writes `<model>.out`.
ForeignRun runCommand(const fs::path& model, const at::Tensor& input, const std::string& command) {
    const at::Tensor packed = input.contiguous();
    std::ofstream(model.string() + ".in", std::ios::binary)
        .write(static_cast<const char*>(packed.data_ptr()), static_cast<std::streamsize>(packed.nbytes()));
    ForeignRun run;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (::fgets(buffer, sizeof buffer, pipe) != nullptr) {
        run.log += buffer;
    }
    const int status = ::pclose(pipe);
    run.absent = WIFEXITED(status) && WEXITSTATUS(status) == absentCode;
    if (status != 0) {
        return run;
    }
    const std::string bytes = readFile(model.string() + ".out").value();
    const int64_t rows = input.size(0);
    run.output = at::empty({rows, static_cast<int64_t>(bytes.size() / sizeof(float)) / rows}, at::kFloat);
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(run.output.data_ptr()));
    return run;
}

std::string script(const std::string& name) {
    return quoted(QS_SOURCE_DIR "/tests/exporters/" + name);
}

std::string modelArguments(const fs::path& model, const at::Tensor& input) {
    return quoted(model.string()) + " " + quoted(model.string() + ".in") + " " + shapeText(input) + " " +
           quoted(model.string() + ".out");
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

ForeignRun runLibTorch(const fs::path& model, const at::Tensor& input, const std::string& engine) {
    const at::QEngine wanted = engine == "onednn" ? at::QEngine::ONEDNN : at::QEngine::QNNPACK;
    const std::vector<at::QEngine>& supported = at::globalContext().supportedQEngines();
    if (std::find(supported.begin(), supported.end(), wanted) == supported.end()) {
        return {.absent = true, .log = "LibTorch has no quantized engine " + engine, .output = {}};
    }
    const at::QEngine before = at::globalContext().qEngine();
    at::globalContext().setQEngine(wanted);
    const at::NoGradGuard noGrad;
    torch::jit::Module module = torch::jit::load(model.string());
    ForeignRun run{.log = {}, .output = module.forward({input}).toTensor().flatten(1).contiguous()};
    at::globalContext().setQEngine(before);
    return run;
}

ForeignRun runPythonTorch(const fs::path& model, const at::Tensor& input, const std::string& engine) {
    return runCommand(model, input,
                      "/usr/bin/python3 " + script("run_torchscript.py") + " " +
                          modelArguments(model, input) + " " + engine);
}

ForeignRun runOnnxRuntime(const fs::path& model, const at::Tensor& input) {
    if (::system("node --version > /dev/null 2>&1") != 0) {
        return {.absent = true, .log = "node is not installed", .output = {}};
    }
    const char* modules = ::getenv("QS_NODE_MODULES");
    fs::path optimized = model;
    optimized.replace_extension(".optimized.onnx");
    return runCommand(model, input,
                      "node " + script("run_onnx.mjs") + " " +
                          quoted(modules ? modules : QS_SOURCE_DIR "/tests/node_modules") + " " +
                          modelArguments(model, input) + " " + quoted(optimized.string()));
}

}  // namespace qs::test
