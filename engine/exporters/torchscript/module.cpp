#include "exporters/torchscript/module.h"

#include <ATen/Context.h>

#include <sstream>

#include "core/guard.h"
#include "exporters/metadata.h"
#include "exporters/torchscript/builder.h"
#include "exporters/torchscript/layer_names.h"
#include "exporters/torchscript/step.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// Makes sure that one of LibTorch's quantized engines is active, for as long as it lives. Which one does not
/// matter: packed parameters are saved as plain weights and packed anew by the engine that is active where
/// they are loaded.
class QuantizedEngineScope {
  public:
    QuantizedEngineScope() : before_(at::globalContext().qEngine()) {
        if (before_ != at::QEngine::NoQEngine) {
            return;
        }
        for (const at::QEngine engine : at::globalContext().supportedQEngines()) {
            if (engine != at::QEngine::NoQEngine) {
                at::globalContext().setQEngine(engine);
                return;
            }
        }
    }
    ~QuantizedEngineScope() { at::globalContext().setQEngine(before_); }
    QuantizedEngineScope(const QuantizedEngineScope&) = delete;
    QuantizedEngineScope& operator=(const QuantizedEngineScope&) = delete;

  private:
    at::QEngine before_;
};

/// A network, and where its forward method holds its layers.
struct Network {
    jit::Module module;
    LayerTensors layers;
};

Result<Network> buildModule(const QuantizedGraph& graph) {
    const QuantizedEngineScope engine;
    TorchScriptBuilder builder;
    std::vector<jit::Value*> values(graph.values.size());
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        values.at(static_cast<size_t>(graph.inputs[i].index)) = builder.addInput(graph.inputNames.at(i));
    }
    const auto lookUp = [&](const std::vector<ValueId>& ids) {
        std::vector<jit::Value*> found;
        for (const ValueId id : ids) {
            found.push_back(values.at(static_cast<size_t>(id.index)));
        }
        return found;
    };
    for (const QNode& node : graph.nodes) {
        QS_ASSIGN(const auto outputs, guard("layer " + node.layer + " cannot be written as TorchScript", [&] {
                      return emitTorchScript({graph, node, lookUp(node.inputs), builder});
                  }));
        for (size_t i = 0; i < outputs.size(); ++i) {
            values.at(static_cast<size_t>(node.outputs.at(i).index)) = outputs[i];
        }
    }
    LayerTensors layers = nameLayers(graph, values);
    return Network{builder.finish(lookUp(graph.outputs)), std::move(layers)};
}

}  // namespace

Result<Exported> makeTorchScript(const QuantizedGraph& graph, const ExportOptions& options,
                                 const std::string& fileName) {
    QS_ASSIGN(const std::string bytes, guard("cannot make " + fileName, [&]() -> Result<std::string> {
                  QS_ASSIGN(const Network network, buildModule(graph));
                  QS_ASSIGN(const std::string metadata, fileMetadata(options, network.layers));
                  std::ostringstream stream;
                  network.module.save(stream, {{"quantoscope.json", metadata}});
                  return std::move(stream).str();
              }));
    return Exported{{{fileName, bytes}}};
}

}  // namespace qs
