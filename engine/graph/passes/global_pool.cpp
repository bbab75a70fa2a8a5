#include <algorithm>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void openGlobalPools(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (node.op != "mean" || !node.attrs.get<bool>("keepdim") ||
            graph.value(node.inputs[0]).shape.size() != 4) {
            continue;
        }
        std::vector<int64_t> dims = node.attrs.ints("dims");
        std::sort(dims.begin(), dims.end());
        if (dims == std::vector<int64_t>{2, 3}) {
            Attributes attrs;
            attrs.set("output_size", std::vector<int64_t>{1, 1});
            fuseInto(graph, node.id, {}, "adaptive_avg_pool2d", std::move(attrs), {node.inputs[0]});
        }
    }
}

}  // namespace qs
