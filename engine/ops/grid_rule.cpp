#include "ops/grid_rule.h"

#include <algorithm>

namespace qs {

namespace {

/// Whether the node stands for a rounding to 8 bits in a quantized file that no other op does: an identity
/// whose result the file holds as integers. It is integer whatever is around it.
bool isRounding(const Graph& graph, const Node& node) {
    return roleOf(node.op) == OpRole::Identity && graph.value(node.outputs.at(0)).qparams.has_value();
}

}  // namespace

bool isReal(const Graph& graph, const FusionGroup& group) {
    const auto isFloat = [&](ValueId id) { return graph.value(id).dtype == at::kFloat; };
    return !group.inputs.empty() && std::ranges::all_of(group.inputs, isFloat) &&
           std::ranges::all_of(group.outputs, isFloat);
}

bool takesTypes(const Graph& graph, const OpDef& def, std::span<const ValueId> inputs) {
    const bool computes = def.quant == QuantKind::Weighted ||
                          (def.quant == QuantKind::Observed && def.role != OpRole::Concatenate);
    return !computes || std::ranges::all_of(inputs, [&](ValueId input) {
        return at::isFloatingType(graph.value(input).dtype);
    });
}

bool canComputeOnGrids(const Graph& graph, const FusionGroup& group,
                       const std::function<bool(ValueId)>& isMade) {
    if (!isReal(graph, group)) {
        return false;
    }
    const Node& primary = graph.node(group.primary);
    const auto isOnGrid = [&](ValueId id) { return isMade(id) || isQuantizedSource(graph, id); };
    switch (quantKindOf(primary.op)) {
        case QuantKind::None:
            return false;
        case QuantKind::Weighted:
            return true;
        case QuantKind::Observed:
            return std::ranges::any_of(group.inputs, isOnGrid);
        case QuantKind::PassThrough:
            return isRounding(graph, primary) || std::ranges::all_of(group.inputs, isOnGrid);
    }
    return false;
}

}  // namespace qs
