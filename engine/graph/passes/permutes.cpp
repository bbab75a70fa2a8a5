#include <algorithm>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// The order of axes that `inner` and then `outer` make.
std::vector<int64_t> composed(const std::vector<int64_t>& outer, const std::vector<int64_t>& inner) {
    std::vector<int64_t> dims;
    dims.reserve(outer.size());
    for (const int64_t dim : outer) {
        dims.push_back(inner.at(static_cast<size_t>(dim)));
    }
    return dims;
}

}  // namespace

void mergePermutes(Graph& graph) {
    for (const auto& outer : graph.nodes()) {
        const NodeId producer = outer.op == "permute" ? graph.value(outer.inputs[0]).producer : NodeId{};
        if (!producer.valid() || graph.node(producer).op != "permute") {
            continue;
        }
        const Node& inner = graph.node(producer);
        std::vector<int64_t> dims = composed(outer.attrs.ints("dims"), inner.attrs.ints("dims"));
        if (std::is_sorted(dims.begin(), dims.end())) {
            if (!graph.isOutput(outer.outputs[0])) {
                graph.replaceUses(outer.outputs[0], inner.inputs[0]);
            }
        } else if (isReadOnce(graph, outer.inputs[0])) {
            graph.setInputs(outer.id, {inner.inputs[0]});
            graph.node(outer.id).attrs.set("dims", std::move(dims));
        }
    }
}

}  // namespace qs
