#include "exporters/torchscript/module.h"

#include <sstream>

#include "core/guard.h"
#include "exporters/metadata.h"
#include "exporters/torchscript/builder.h"
#include "exporters/torchscript/step.h"
#include "ops/quantized_engine.h"

namespace qs {

namespace jit = torch::jit;

namespace {

Result<jit::Module> buildModule(const QuantizedGraph& graph) {
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
    return builder.finish(lookUp(graph.outputs));
}

}  // namespace

Result<Exported> makeTorchScript(const QuantizedGraph& graph, const ExportOptions& options,
                                 const std::string& fileName) {
    QS_ASSIGN(const std::string metadata, fileMetadata(options));
    QS_ASSIGN(const std::string bytes, guard("cannot make " + fileName, [&]() -> Result<std::string> {
                  QS_ASSIGN(const jit::Module module, buildModule(graph));
                  std::ostringstream stream;
                  module.save(stream, {{"quantoscope.json", metadata}});
                  return std::move(stream).str();
              }));
    return Exported{{{fileName, bytes}}};
}

}  // namespace qs
