#include "graph/passes/passes.h"

namespace qs {

void removeIdentities(Graph& graph) {
    for (const auto& node : graph.nodes()) {
        if (node.op != "identity") {
            continue;
        }
        const ValueId from = node.outputs.at(0), to = node.inputs.at(0);
        // A network's outputs are values of their own: results of nodes, each named once.
        const bool ownsOutput =
            graph.isOutput(from) && (!graph.value(to).producer.valid() || graph.isOutput(to));
        if (!ownsOutput) {
            graph.replaceUses(from, to);
        }
    }
}

}  // namespace qs
