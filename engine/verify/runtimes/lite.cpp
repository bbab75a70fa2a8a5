#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/mobile/module.h>
#include <torch/version.h>

#include "core/guard.h"
#include "importers/torchscript/call_guard.h"
#include "importers/torchscript/load.h"
#include "ops/quantized_engine.h"
#include "verify/file_runtime.h"
#include "verify/in_process.h"
#include "verify/torchscript_weights.h"

namespace qs {

namespace {

/// What phones have.
constexpr at::QEngine kEngine = at::QEngine::QNNPACK;

class LiteSession : public FileSession {
  public:
    explicit LiteSession(torch::jit::mobile::Module module) : module_(std::move(module)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) override {
        return guard("the lite interpreter cannot run the file", [&] {
            const at::NoGradGuard noGrad;
            const QuantizedEngine chosen(kEngine);
            const CallGuard checked;
            return tensorsOf(module_.forward({inputs.begin(), inputs.end()}));
        });
    }
    Result<Layers> runLayers(std::span<const at::Tensor>, const LayerTensors&) override {
        return failure(whyNoLayers());
    }
    Result<int64_t> integerWeights() const override { return torchScriptIntegerWeights(module_._ivalue()); }
    Result<double> time(std::span<const at::Tensor> inputs) override {
        return timed([&] { return run(inputs); });
    }
    std::string version() const override {
        return std::string("LibTorch ") + TORCH_VERSION + ", lite interpreter, quantized engine qnnpack";
    }
    std::string whyNoLayers() const override {
        return "the lite interpreter shows outputs only: layers are not compared";
    }

  private:
    torch::jit::mobile::Module module_;
};

Result<std::unique_ptr<FileSession>> open(const FileFacts& facts, int) {
    const QuantizedEngine chosen(kEngine);
    QS_ASSIGN(torch::jit::mobile::Module module, loadLite(facts.path));
    return std::unique_ptr<FileSession>(std::make_unique<LiteSession>(std::move(module)));
}

}  // namespace

void register_lite(Registry<FileRuntime>& registry) {
    registry.add("lite", {.description = "LibTorch's lite interpreter, as on phones",
                          .matches = [](FileFormat format) { return format == FileFormat::Lite; },
                          .whyAbsent =
                              [] {
                                  return QuantizedEngine::isHere(kEngine)
                                             ? ""
                                             : "this LibTorch was built without the quantized engine qnnpack";
                              },
                          .open = open});
}

}  // namespace qs
