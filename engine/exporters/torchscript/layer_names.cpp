#include "exporters/torchscript/layer_names.h"

#include <cctype>
#include <map>
#include <set>
#include <string>

namespace qs {

namespace {

namespace jit = torch::jit;

/// As LibTorch spells a name in the source text that it saves, where it must be an identifier.
std::string identifier(const std::string& name) {
    std::string text = name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "_" : "";
    for (const char c : name) {
        text += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    }
    return text;
}

/// Names of values that it may print without a suffix of its own.
std::set<std::string> namesIn(jit::Graph& graph) {
    std::set<std::string> names;
    for (const jit::Value* input : graph.inputs()) {
        names.insert(identifier(input->debugNameBase()));
    }
    for (const jit::Node* node : graph.nodes()) {
        for (const jit::Value* output : node->outputs()) {
            names.insert(identifier(output->debugNameBase()));
        }
    }
    return names;
}

}  // namespace

LayerTensors nameLayers(const QuantizedGraph& graph, const std::vector<jit::Value*>& values) {
    std::map<const jit::Value*, std::string> named;  // layers that change nothing share a value
    std::set<std::string> taken;
    return layerTensors(graph, [&](ValueId id) {
        jit::Value* value = values.at(static_cast<size_t>(id.index));
        if (taken.empty()) {
            taken = namesIn(*value->owningGraph());
        }
        std::string& name = named[value];
        if (name.empty()) {
            int64_t suffix = id.index;
            do {
                name = identifier(graph.value(id).name) + "_" + std::to_string(suffix++);
            } while (!taken.insert(name).second);
            value->setDebugName(name);
        }
        return name;
    });
}

}  // namespace qs
