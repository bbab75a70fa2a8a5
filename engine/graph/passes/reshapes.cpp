#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void mergeReshapes(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& outer = graph.nodes()[i];
        const Node* inner = outer.op == "reshape" ? soleProducer(graph, outer.inputs[0]) : nullptr;
        if (inner && (inner->op == "reshape" || inner->op == "flatten")) {
            graph.setInputs(outer.id, {inner->inputs[0]});
        }
    }
}

}  // namespace qs
