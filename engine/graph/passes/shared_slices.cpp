#include <map>
#include <tuple>

#include "graph/passes/passes.h"

namespace qs {

void shareSlices(Graph& graph) {
    using Key = std::tuple<ValueId, int64_t, int64_t, int64_t, int64_t>;
    std::map<Key, ValueId> made;
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (node.op != "slice" || graph.isOutput(node.outputs[0])) {
            continue;
        }
        const auto attribute = [&](const char* name) { return node.attrs.get<int64_t>(name); };
        const Key key{node.inputs[0], attribute("dim"), attribute("start"), attribute("end"),
                      attribute("step")};
        const auto [first, fresh] = made.try_emplace(key, node.outputs[0]);
        if (!fresh) {
            graph.replaceUses(node.outputs[0], first->second);
        }
    }
}

}  // namespace qs
