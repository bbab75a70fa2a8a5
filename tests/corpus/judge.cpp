#include "corpus/judge.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "corpus/row_files.h"

namespace qs::test {

namespace {

constexpr int kAbsent = 77;

void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
    if (value.isTensor()) {
        tensors.push_back(value.toTensor());
    } else if (value.isTuple()) {
        for (const c10::IValue& element : value.toTupleRef().elements()) {
            collect(element, tensors);
        }
    } else if (value.isList()) {
        for (const c10::IValue& element : value.toListRef()) {
            collect(element, tensors);
        }
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict()) {
            collect(entry.value(), tensors);
        }
    }
}

std::string quoted(const std::filesystem::path& path) {
    return " '" + path.string() + "'";
}

}  // namespace

std::vector<at::Tensor> tensorsOf(const std::vector<NamedTensor>& named) {
    std::vector<at::Tensor> tensors;
    for (const NamedTensor& one : named) {
        tensors.push_back(one.tensor);
    }
    return tensors;
}

std::vector<NamedTensor> firstSamples(const std::vector<NamedTensor>& tensors, int64_t batch) {
    std::vector<NamedTensor> chosen;
    for (const NamedTensor& one : tensors) {
        chosen.push_back({one.name, one.tensor.narrow(0, 0, batch).contiguous()});
    }
    return chosen;
}

Judgement judgeWithLibTorch(const std::filesystem::path& model,
                            const std::vector<std::vector<NamedTensor>>& inputs) {
    Judgement judgement;
    const at::NoGradGuard noGrad;
    try {
        torch::jit::Module module = torch::jit::load(model.string());
        module.eval();
        for (const auto& set : inputs) {
            std::vector<c10::IValue> arguments;
            for (const NamedTensor& one : set) {
                arguments.emplace_back(one.tensor);
            }
            collect(module.forward(std::move(arguments)), judgement.outputs.emplace_back());
        }
    } catch (const std::exception& error) {
        judgement.failure = error.what();
    }
    return judgement;
}

Judgement judgeWithOnnxRuntime(const std::filesystem::path& model,
                               const std::vector<std::vector<NamedTensor>>& inputs,
                               const std::filesystem::path& scratch) {
    Judgement judgement;
    if (runCommand("node --version").status != 0) {
        judgement.absent = "node is not installed";
        return judgement;
    }
    std::string command =
        "node '" QS_SOURCE_DIR "/tests/corpus/run_onnx.mjs'" + quoted(nodeModules()) + quoted(model);
    std::vector<std::filesystem::path> results;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const std::filesystem::path folder = scratch / ("set" + std::to_string(i));
        std::filesystem::create_directories(folder);
        writeInputs(folder / "inputs.json", inputs[i]);
        results.push_back(folder / "outputs.json");
        command += quoted(folder / "inputs.json") + quoted(results.back());
    }
    const CommandResult run = runCommand(command);
    if (run.status == kAbsent) {
        judgement.absent = run.log;
    } else if (run.status != 0) {
        judgement.failure = run.log;
    } else {
        for (const auto& file : results) {
            judgement.outputs.push_back(tensorsOf(readTensors(file, "outputs")));
        }
    }
    return judgement;
}

}  // namespace qs::test
