#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void mergeConcatenations(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        Node& outer = graph.node(graph.nodes()[i].id);
        if (outer.op != "cat") {
            continue;
        }
        std::vector<ValueId> inputs;
        for (const ValueId input : outer.inputs) {
            const Node* inner = soleProducer(graph, input);
            const bool same = inner && inner->op == "cat" &&
                              inner->attrs.get<int64_t>("dim") == outer.attrs.get<int64_t>("dim");
            if (same) {
                inputs.insert(inputs.end(), inner->inputs.begin(), inner->inputs.end());
            } else {
                inputs.push_back(input);
            }
        }
        outer.inputs = std::move(inputs);
    }
}

}  // namespace qs
