#include "exporters/torchscript/module.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/guard.h"
#include "exporters/metadata.h"
#include "exporters/npy.h"
#include "exporters/preprocessing.h"
#include "exporters/torchscript/builder.h"
#include "exporters/torchscript/byte_activations.h"
#include "exporters/torchscript/layer_names.h"
#include "exporters/torchscript/step.h"
#include "ops/quantized_engine.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// A network, and where its forward method holds its layers.
struct Network {
    jit::Module module;
    LayerTensors layers;
    LayerNames names;
};

/// Layers that have another name in the file.
LayerNames renamedLayers(const QuantizedGraph& graph, const TorchScriptBuilder& builder, LayerNotes& notes) {
    LayerNames names;
    for (const QNode& node : graph.nodes) {
        const std::string path = builder.pathOf(node.layer);
        if (!path.empty() && path != node.layer) {
            names[path] = node.layer;
            notes.add(node.layer,
                      "called otherwise in the file, with _ for what no name of TorchScript can have");
        }
    }
    return names;
}

Result<Network> buildModule(const QuantizedGraph& graph, LayerNotes& notes, bool forPhones) {
    const QuantizedEngine engine(anyQuantizedEngine());
    TorchScriptBuilder builder;
    std::vector<jit::Value*> values(graph.values.size());
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        values.at(static_cast<size_t>(graph.inputs[i].index)) = builder.addInput(graph.inputNames.at(i));
    }
    const auto lookUp = [&](const std::vector<ValueId>& ids) {
        std::vector<jit::Value*> found;
        found.reserve(ids.size());
        for (const ValueId id : ids) {
            found.push_back(values.at(static_cast<size_t>(id.index)));
        }
        return found;
    };
    for (const QNode& node : graph.nodes) {
        QS_ASSIGN(const auto outputs, guard("layer " + node.layer + " cannot be written as TorchScript", [&] {
                      return emitTorchScript({graph, node, lookUp(node.inputs), builder, notes, forPhones});
                  }));
        for (size_t i = 0; i < outputs.size(); ++i) {
            values.at(static_cast<size_t>(node.outputs.at(i).index)) = outputs[i];
        }
    }
    LayerNames names = renamedLayers(graph, builder, notes);
    LayerTensors layers = nameLayers(graph, values);
    return Network{builder.finish(lookUp(graph.outputs)), std::move(layers), std::move(names)};
}

jit::ExtraFilesMap extraFiles(const ExportOptions& options, const std::string& metadata) {
    jit::ExtraFilesMap files{{"quantoscope.json", metadata}};
    if (!options.classes.empty()) {
        files["classes.json"] =
            nlohmann::json(options.classes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    for (size_t i = 0; i < options.example.size(); ++i) {
        files["example_input_" + std::to_string(i) + ".npy"] = toNpy(options.example[i]);
    }
    return files;
}

/// A kind of file: how it is written, and whether it is for phones, which have QNNPACK alone.
struct FileKind {
    std::function<void(const jit::Module&, std::ostream&, const jit::ExtraFilesMap&)> save;
    bool isForPhones;
};

Result<Exported> makeWith(const QuantizedGraph& graph, const ExportOptions& options,
                          const std::string& fileName, const FileKind& kind) {
    QS_ASSIGN(const ExportSource source, exportSource(graph, options));
    QS_ASSIGN(const QuantizedGraph bytes, withByteActivations(source.graph));
    return guard("cannot make " + fileName, [&]() -> Result<Exported> {
        LayerNotes notes;
        QS_ASSIGN(const Network network, buildModule(bytes, notes, kind.isForPhones));
        QS_ASSIGN(const std::string metadata, fileMetadata(source.options, network.layers, network.names));
        std::ostringstream stream;
        kind.save(network.module, stream, extraFiles(source.options, metadata));
        return Exported{{{fileName, std::move(stream).str()}}, notes.lines()};
    });
}

}  // namespace

Result<Exported> makeTorchScript(const QuantizedGraph& graph, const ExportOptions& options,
                                 const std::string& fileName) {
    return makeWith(graph, options, fileName,
                    {.save = [](const jit::Module& module, std::ostream& out,
                                const jit::ExtraFilesMap& files) { module.save(out, files); },
                     .isForPhones = false});
}

Result<Exported> makeLite(const QuantizedGraph& graph, const ExportOptions& options,
                          const std::string& fileName) {
    return makeWith(graph, options, fileName,
                    {.save = [](const jit::Module& module, std::ostream& out,
                                const jit::ExtraFilesMap& files) { module._save_for_mobile(out, files); },
                     .isForPhones = true});
}

}  // namespace qs
