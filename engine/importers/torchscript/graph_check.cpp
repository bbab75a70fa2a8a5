#include "importers/torchscript/graph_check.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <string>
#include <vector>

#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/packed_state.h"
#include "importers/torchscript/refusals.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// Of a node, in the source that the archive holds.
std::string lineOf(const jit::Node* node) {
    const jit::SourceRange range = node->sourceRange();
    return range.source()
               ? " (line " + std::to_string(range.source()->lineno_for_offset(range.start()) + 1) + ")"
               : "";
}

/// Whether the node makes an object of one of LibTorch's own classes, some of which open files and sockets.
bool makesForeignObject(const jit::Node* node) {
    const auto isForeign = [](const jit::Value* value) {
        const auto type = value->type()->cast<c10::ClassType>();
        const std::string name = type && type->name() ? type->name()->qualifiedName() : "";
        return name.starts_with("__torch__.torch.classes.") && !isPackedClass(name);
    };
    return std::ranges::any_of(node->outputs(), isForeign);
}

/// The first node of `graph` that is not allowed, or nullptr. Nodes with a graph of their own never are.
const jit::Node* forbiddenNode(const jit::Graph& graph) {
    std::vector<const jit::Block*> blocks{graph.block()};
    while (!blocks.empty()) {
        const jit::Block* block = blocks.back();
        blocks.pop_back();
        for (const jit::Node* node : block->nodes()) {
            if (!isAllowedOperator(node->kind().toQualString()) || makesForeignObject(node)) {
                return node;
            }
            blocks.insert(blocks.end(), node->blocks().begin(), node->blocks().end());
        }
    }
    return nullptr;
}

}  // namespace

Status checkOperators(const jit::Module& module, const std::filesystem::path& path) {
    for (jit::Function* function : module._ivalue()->compilation_unit()->get_functions()) {
        jit::GraphFunction* withGraph = jit::tryToGraphFunction(*function);
        if (!withGraph) {
            return failure(path.string() + ": the function " + function->qualname().qualifiedName() +
                           " has no code in the file");
        }
        if (const jit::Node* node = forbiddenNode(*withGraph->graph())) {
            return forbiddenOperator(path, node->kind().toQualString(),
                                     function->qualname().qualifiedName() + lineOf(node));
        }
    }
    return {};
}

}  // namespace qs
