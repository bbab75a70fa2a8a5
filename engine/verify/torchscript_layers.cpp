#include "verify/torchscript_layers.h"

#include <torch/csrc/jit/passes/inliner.h>

namespace qs {

namespace jit = torch::jit;

LayerMethod addLayerMethod(jit::Module& module, const LayerTensors& layers) {
    constexpr const char* kName = "forward_with_layers";
    const auto graph = module.get_method("forward").graph()->copy();
    jit::Inline(*graph);
    std::map<std::string, jit::Value*> values;
    for (jit::Node* node : graph->nodes()) {
        for (jit::Value* output : node->outputs()) {
            values[output->debugNameBase()] = output;  // a loaded name has a number behind a dot
        }
    }
    std::vector<std::string> found;
    std::vector<jit::Value*> results{graph->outputs().at(0)};
    for (const auto& [layer, tensors] : layers) {
        for (const std::string& tensor : tensors) {
            if (const auto value = values.find(tensor); value != values.end()) {
                found.push_back(layer);
                results.push_back(value->second);
            }
        }
    }
    jit::Value* all = graph->insertNode(graph->createTuple(results))->output();
    graph->eraseOutput(0);
    graph->registerOutput(all);
    const c10::QualifiedName name(*module.type()->name(), kName);
    module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(name, graph));
    return {module.get_method(kName), std::move(found)};
}

}  // namespace qs
