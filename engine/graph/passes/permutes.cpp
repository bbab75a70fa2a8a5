#include "graph/passes/passes.h"

namespace qs {

namespace {

bool undoes(const std::vector<int64_t>& outer, const std::vector<int64_t>& inner) {
    for (size_t d = 0; d < outer.size(); ++d) {
        if (inner.size() != outer.size() ||
            inner.at(static_cast<size_t>(outer[d])) != static_cast<int64_t>(d)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void cancelPermutes(Graph& graph) {
    for (const auto& outer : graph.nodes()) {
        if (outer.op != "permute" || graph.isOutput(outer.outputs[0])) {
            continue;
        }
        const NodeId producer = graph.value(outer.inputs[0]).producer;
        if (!producer.valid()) {
            continue;
        }
        const Node& inner = graph.node(producer);
        if (inner.op == "permute" && undoes(outer.attrs.ints("dims"), inner.attrs.ints("dims"))) {
            graph.replaceUses(outer.outputs[0], inner.inputs[0]);
        }
    }
}

}  // namespace qs
