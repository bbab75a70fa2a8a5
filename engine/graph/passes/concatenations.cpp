#include <algorithm>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// The concatenation along the same axis that makes `value` for `outer` alone, once; else null.
const Node* innerOf(const Graph& graph, const Node& outer, ValueId value) {
    const Node* inner = outer.op == "cat" ? soleProducer(graph, value) : nullptr;
    const bool same = inner && inner->op == "cat" &&
                      inner->attrs.get<int64_t>("dim") == outer.attrs.get<int64_t>("dim") &&
                      std::count(outer.inputs.begin(), outer.inputs.end(), value) == 1;
    return same ? inner : nullptr;
}

/// What `outer` concatenates, with the inputs of the concatenations that it takes in; those are marked as
/// `absorbed`.
std::vector<ValueId> flattened(const Graph& graph, const Node& outer, std::vector<bool>& absorbed) {
    struct Open {
        const Node* node;
        size_t next;  ///< input
    };
    std::vector<ValueId> inputs;
    std::vector<Open> path{{&outer, 0}};
    while (!path.empty()) {
        Open& top = path.back();
        if (top.next == top.node->inputs.size()) {
            path.pop_back();
            continue;
        }
        const ValueId input = top.node->inputs[top.next++];
        if (const Node* inner = innerOf(graph, *top.node, input)) {
            absorbed[static_cast<size_t>(inner->id.index)] = true;
            path.push_back({inner, 0});
        } else {
            inputs.push_back(input);
        }
    }
    return inputs;
}

}  // namespace

void mergeConcatenations(Graph& graph) {
    std::vector<bool> absorbed(graph.nodes().size(), false);
    // Backwards: what a chain concatenates is gathered once, at its end.
    for (size_t i = graph.nodes().size(); i-- > 0;) {
        const Node& outer = graph.nodes()[i];
        if (outer.op == "cat" && !absorbed[i]) {
            graph.setInputs(outer.id, flattened(graph, outer, absorbed));
        }
    }
}

}  // namespace qs
