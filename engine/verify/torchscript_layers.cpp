#include "verify/torchscript_layers.h"

#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/match.h"

namespace qs {

namespace jit = torch::jit;

namespace {

std::shared_ptr<jit::Graph> inlinedForward(const jit::Module& module) {
    const auto graph = module.get_method("forward").graph()->copy();
    jit::Inline(*graph);
    return graph;
}

/// By the names that the file was written with.
std::map<std::string, jit::Value*> valuesOf(jit::Graph& graph) {
    std::map<std::string, jit::Value*> values;
    for (jit::Node* node : graph.nodes()) {
        for (jit::Value* output : node->outputs()) {
            values[output->debugNameBase()] = output;  // a loaded name has a number behind a dot
        }
    }
    return values;
}

bool onlyMoves(std::string_view kind) {
    constexpr std::array<std::string_view, 6> kinds{"prim::Constant", "prim::ListConstruct", "prim::GetAttr",
                                                    "aten::reshape",  "aten::contiguous",    "aten::flatten"};
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// The operators between a quantize_per_tensor and the dequantizes before it.
std::vector<std::string> floatOperators(jit::Node* quantize) {
    std::vector<std::string> names;
    std::set<jit::Node*> seen;
    std::vector<jit::Node*> open{quantize->input(0)->node()};
    while (!open.empty()) {
        jit::Node* node = open.back();
        open.pop_back();
        const std::string kind = node->kind().toQualString();
        if (!seen.insert(node).second || kind == "aten::dequantize" || kind == "prim::Param") {
            continue;
        }
        if (!onlyMoves(kind) && std::ranges::find(names, kind) == names.end()) {
            names.push_back(kind);
        }
        for (jit::Value* input : node->inputs()) {
            open.push_back(input->node());
        }
    }
    return names;
}

}  // namespace

std::optional<FileSession::Computed> torchScriptComputed(const jit::Module& module,
                                                         const std::string& tensor) {
    const auto graph = inlinedForward(module);
    const auto values = valuesOf(*graph);
    const auto found = values.find(tensor);
    if (found == values.end()) {
        return std::nullopt;
    }
    jit::Node* node = found->second->node();
    const std::string kind = node->kind().toQualString();
    if (kind != "aten::quantize_per_tensor") {
        return FileSession::Computed{kind, false};
    }
    const std::vector<std::string> operators = floatOperators(node);
    return operators.empty() ? std::nullopt : std::optional(FileSession::Computed{join(operators), true});
}

LayerMethod addLayerMethod(jit::Module& module, const LayerTensors& layers) {
    std::string method = "forward_with_layers";
    for (int number = 2; module.find_method(method); ++number) {
        method = "forward_with_layers_" + std::to_string(number);
    }
    const auto graph = inlinedForward(module);
    const auto values = valuesOf(*graph);
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
    const c10::QualifiedName name(*module.type()->name(), method);
    module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(name, graph));
    return {module.get_method(method), std::move(found)};
}

}  // namespace qs
