#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/version.h>

#include "comparison/exported_file.h"
#include "comparison/in_process.h"
#include "core/guard.h"
#include "importers/torchscript/call_guard.h"
#include "importers/torchscript/load.h"
#include "ops/quantized_engine.h"

namespace qs {

namespace {

Result<std::unique_ptr<Runner>> makeLibTorch(const std::filesystem::path& file, at::QEngine engine,
                                             const std::vector<at::Tensor>& inputs, std::string note) {
    const QuantizedEngine forPacking(engine);
    QS_ASSIGN(const torch::jit::Module loaded, loadTorchScript(file));
    QS_ASSIGN(torch::jit::Module module, guard("LibTorch cannot run the model", [&] {
                  const at::NoGradGuard noGrad;
                  const CallGuard checked;  // here, since it would count in what is timed
                  torch::jit::Module frozen = torch::jit::freeze(loaded);
                  frozen.forward({inputs.begin(), inputs.end()});
                  return frozen;
              }));
    return makeInProcessRunner(std::string("LibTorch ") + TORCH_VERSION, std::move(note),
                               [module = std::move(module), engine, inputs]() mutable {
                                   const at::NoGradGuard noGrad;
                                   const QuantizedEngine chosen(engine);
                                   module.forward({inputs.begin(), inputs.end()});
                                   return Status();
                               });
}

Result<std::unique_ptr<Runner>> makeFloat(const ComparisonSubject& subject) {
    const at::QEngine engine = at::globalContext().qEngine();
    if (subject.model.extension() != ".onnx") {
        return makeLibTorch(subject.model, engine, subject.inputs, "");
    }
    QS_ASSIGN(const auto file, exportFile(subject, subject.real, "float.pt"));
    return makeLibTorch(file, engine, subject.inputs, "our TorchScript export of the FP32 network");
}

Result<std::unique_ptr<Runner>> makeInteger(const ComparisonSubject& subject) {
    if (!QuantizedEngine::isHere(at::QEngine::ONEDNN)) {
        return failure("this LibTorch has no quantized engine onednn");
    }
    QS_ASSIGN(const auto file, exportFile(subject, subject.integer, "integer.pt"));
    return makeLibTorch(file, at::QEngine::ONEDNN, subject.inputs, "");
}

}  // namespace

void register_libtorch(Registry<Contestant>& registry) {
    registry.add("libtorch-fp32", {"LibTorch on the FP32 model, frozen", makeFloat});
    registry.add("libtorch-int8",
                 {"LibTorch on our TorchScript export, quantized engine onednn, frozen", makeInteger});
}

}  // namespace qs
