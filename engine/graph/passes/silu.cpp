#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void fuseSilu(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& mul = graph.nodes()[i];
        const auto pair = activationPair(graph, mul, "mul");
        if (!pair) {
            continue;
        }
        for (const auto& [x, gated] : {std::pair(pair->a, pair->b), std::pair(pair->b, pair->a)}) {
            const Node* gate = soleProducer(graph, gated);
            if (gate && gate->op == "sigmoid" && gate->inputs[0] == x) {
                const std::vector<NodeId> members{gate->id, mul.id};
                fuseInto(graph, mul.id, members, "silu", {}, {x});
                break;
            }
        }
    }
}

}  // namespace qs
