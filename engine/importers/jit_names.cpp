#include "importers/jit_names.h"

#include <torch/csrc/jit/ir/ir.h>

namespace qs {

namespace {

std::string modulePath(const torch::jit::Node* node) {
    std::string path;
    const auto stack = node->callstack();
    if (!stack) {
        return path;
    }
    for (auto& entry : (*stack)->vec()) {
        const auto& instance = std::get<2>(entry);
        if (!instance) {
            continue;
        }
        const std::string name = instance->instance_name();
        if (name.empty() || name == "SELF") {
            continue;
        }
        path += (path.empty() ? "" : ".") + name;
    }
    return path;
}

}  // namespace

JitNames::JitNames(const torch::jit::Graph& graph) {
    for (const torch::jit::Node* node : graph.nodes()) {
        const std::string path = modulePath(node);
        for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
            isContainer_[path.substr(0, dot)] = true;
        }
        paths_[node] = path;
    }
    isContainer_[""] = true;
}

std::string JitNames::layerName(const torch::jit::Node* node, const std::string& op) const {
    const std::string& path = paths_.at(node);
    if (!isContainer_.count(path)) {
        return path;
    }
    const std::string shortOp = op.substr(op.rfind(':') == std::string::npos ? 0 : op.rfind(':') + 1);
    return path.empty() ? shortOp : path + "." + shortOp;
}

}  // namespace qs
