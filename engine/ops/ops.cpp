#include <unordered_map>

#include "ops/op.h"

#include <algorithm>
#include "ops/opaque.h"

namespace qs {

std::pair<const OpDef*, const AtenBinding*> findAten(std::string_view schema) {
    static const auto index = [] {
        std::unordered_map<std::string_view, std::pair<const OpDef*, const AtenBinding*>> bindings;
        for (const auto& [name, def] : ops().entries()) {
            for (const auto& binding : def.aten) {
                bindings[binding.schema] = {&def, &binding};
            }
        }
        return bindings;
    }();
    const auto it = index.find(schema);
    return it == index.end() ? std::pair<const OpDef*, const AtenBinding*>{} : it->second;
}

OpRole roleOf(const std::string& op) {
    const OpDef* def = ops().find(op);
    return def ? def->role : OpRole::Other;
}

QuantKind quantKindOf(const std::string& op) {
    const OpDef* def = ops().find(op);
    return def ? def->quant : QuantKind::None;
}

bool keepsGrid(const QuantizedGraph& graph, const QNode& node) {
    if (quantKindOf(node.op) != QuantKind::PassThrough || node.inputs.empty()) {
        return false;
    }
    const auto& input = graph.value(node.inputs[0]).qparams;
    return std::ranges::all_of(node.outputs,
                               [&](ValueId output) { return graph.value(output).qparams == input; });
}

FusedActivation clampOf(const std::string& op, const Attributes& attrs) {
    const OpDef* def = ops().find(op);
    return def && def->clamp ? def->clamp(attrs) : FusedActivation{};
}

int64_t outputChannels(const std::string& op, const Attributes& attrs, at::IntArrayRef weight) {
    const size_t axis = ops().find(op)->weightOutputAxis;
    return weight[axis] * (axis == 0 ? 1 : attrs.get<int64_t>("groups", 1));
}

bool isQuantizedSource(const Graph& graph, ValueId value) {
    if (!graph.value(value).qparams || graph.value(value).constant) {
        return false;
    }
    const NodeId producer = graph.value(value).producer;
    return !producer.valid() || quantKindOf(graph.node(producer).op) == QuantKind::None;
}

std::vector<at::Tensor> runFloat(const std::string& op, const Attributes& attrs,
                                 std::span<const at::Tensor> inputs) {
    const OpDef* def = ops().find(op);
    return def ? def->forward(attrs, inputs) : runOpaque(op, attrs, inputs);
}

int64_t countMacs(const Graph& graph, const Node& node) {
    const OpDef* def = ops().find(node.op);
    return def && def->macs ? def->macs(graph, node) : 0;
}

}  // namespace qs
