#include <unordered_map>

#include "ops/op.h"
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

bool isQuantizedSource(const Graph& graph, ValueId value) {
    if (!graph.value(value).qparams || graph.value(value).constant) {
        return false;
    }
    const NodeId producer = graph.value(value).producer;
    const OpDef* def = producer.valid() ? ops().find(graph.node(producer).op) : nullptr;
    return !def || def->quant == QuantKind::None;
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
