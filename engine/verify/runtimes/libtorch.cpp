#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/version.h>

#include "core/guard.h"
#include "importers/torchscript/call_guard.h"
#include "importers/torchscript/load.h"
#include "ops/quantized_engine.h"
#include "verify/file_runtime.h"
#include "verify/in_process.h"
#include "verify/torchscript_layers.h"
#include "verify/torchscript_weights.h"

namespace qs {

namespace {

struct NamedEngine {
    const char* name;
    at::QEngine engine;
};

/// The best first: oneDNN's accumulators do not saturate.
constexpr NamedEngine kEngines[] = {
    {"onednn", at::QEngine::ONEDNN}, {"fbgemm", at::QEngine::FBGEMM}, {"qnnpack", at::QEngine::QNNPACK}};

class LibTorchSession : public FileSession {
    /// `body` without gradients and on the session's engine.
    template <typename F>
    auto inEngine(F&& body) {
        return guard("LibTorch cannot run the file", [&] {
            const at::NoGradGuard noGrad;
            const QuantizedEngine chosen(engine_.engine);
            const CallGuard checked;
            return body();
        });
    }

  public:
    LibTorchSession(torch::jit::Module module, const NamedEngine& engine, const FileFacts& facts)
        : module_(std::move(module)),
          path_(facts.path),
          engine_(engine),
          whyNoLayers_(whyNoLayersIn(facts)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) override {
        return inEngine([&]() -> Result<std::vector<at::Tensor>> {
            QS_TRY(prepareFor(inputs));
            return tensorsOf(module_.forward({inputs.begin(), inputs.end()}));
        });
    }
    Result<Layers> runLayers(std::span<const at::Tensor> inputs, const LayerTensors& shown) override {
        return inEngine([&]() -> Result<Layers> {
            QS_TRY(prepareFor(inputs));
            if (!layerMethod_ || shown_ != shown) {
                layerMethod_ = addLayerMethod(module_, shown);
                shown_ = shown;
            }
            const c10::IValue result = layerMethod_->method({inputs.begin(), inputs.end()});
            const auto& elements = result.toTupleRef().elements();
            Layers layers{tensorsOf(elements[0]), {}};
            for (size_t i = 0; i < layerMethod_->layers.size(); ++i) {
                const at::Tensor& tensor = elements[i + 1].toTensor();
                layers.values[layerMethod_->layers[i]].push_back(tensor.is_quantized() ? tensor.int_repr()
                                                                                       : tensor);
            }
            return layers;
        });
    }
    Result<std::optional<Computed>> computedBy(const std::string& tensor) override {
        return guard("the file's code cannot be read", [&]() -> Result<std::optional<Computed>> {
            return torchScriptComputed(module_, tensor);
        });
    }
    Result<int64_t> integerWeights() const override { return torchScriptIntegerWeights(module_._ivalue()); }
    Result<double> time(std::span<const at::Tensor> inputs) override {
        return timed([&] { return run(inputs); });
    }
    std::string version() const override {
        return std::string("LibTorch ") + TORCH_VERSION + ", quantized engine " + engine_.name;
    }

    std::string whyNoLayers() const override { return whyNoLayers_; }

  private:
    /// LibTorch 1.13 on oneDNN packs weights for the extents that it sees first, and on some networks cannot
    /// pack them again for others ("could not create a primitive descriptor for a reorder primitive"): a
    /// module of its own for each.
    Status prepareFor(std::span<const at::Tensor> inputs) {
        std::vector<Shape> shapes;
        for (const at::Tensor& input : inputs) {
            shapes.push_back(input.sizes().vec());
        }
        if (!shapes_.empty() && shapes != shapes_) {
            QS_ASSIGN(module_, loadTorchScript(path_));
            layerMethod_.reset();
        }
        shapes_ = std::move(shapes);
        return {};
    }

    torch::jit::Module module_;
    std::filesystem::path path_;
    std::vector<Shape> shapes_;  ///< of the inputs that the module has run
    NamedEngine engine_;
    std::string whyNoLayers_;
    std::optional<LayerMethod> layerMethod_;
    LayerTensors shown_;  ///< by layerMethod_
};

Result<std::unique_ptr<FileSession>> openIn(const NamedEngine& engine, const FileFacts& facts) {
    const QuantizedEngine chosen(engine.engine);
    QS_ASSIGN(torch::jit::Module module, loadTorchScript(facts.path));
    return std::unique_ptr<FileSession>(std::make_unique<LibTorchSession>(std::move(module), engine, facts));
}

std::string whyAbsent(const NamedEngine& engine) {
    return QuantizedEngine::isHere(engine.engine)
               ? ""
               : std::string("this LibTorch was built without the quantized engine ") + engine.name;
}

const NamedEngine* bestEngine() {
    const auto* found = std::ranges::find_if(
        kEngines, [](const NamedEngine& engine) { return QuantizedEngine::isHere(engine.engine); });
    return found == std::end(kEngines) ? nullptr : found;
}

}  // namespace

void register_libtorch(Registry<FileRuntime>& registry) {
    registry.add("libtorch",
                 {.description = "LibTorch, the best of its quantized engines",
                  .ownProcess = true,
                  .matches = [](FileFormat format) { return format == FileFormat::TorchScript; },
                  .whyAbsent = [] { return bestEngine() ? "" : "this LibTorch has no quantized engine"; },
                  .open = [](const FileFacts& facts, int) { return openIn(*bestEngine(), facts); }});
    for (const NamedEngine& engine : kEngines) {
        registry.add(std::string("libtorch-") + engine.name,
                     {.description = std::string("LibTorch, quantized engine ") + engine.name,
                      .choice = FileRuntime::Choice::ByName,
                      // LibTorch 1.13 finds oneDNN's primitives again by geometry and scales alone, with the
                      // zero points of the file that they were made for.
                      .ownProcess = engine.engine == at::QEngine::ONEDNN,
                      .matches = [](FileFormat format) { return format != FileFormat::Onnx; },
                      .whyAbsent = [engine] { return whyAbsent(engine); },
                      .open = [engine](const FileFacts& facts, int) { return openIn(engine, facts); }});
    }
}

}  // namespace qs
