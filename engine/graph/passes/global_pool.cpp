#include <algorithm>
#include <numeric>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void openGlobalPools(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        const size_t rank = node.inputs.empty() ? 0 : graph.value(node.inputs[0]).shape.size();
        if (node.op != "mean" || !node.attrs.get<bool>("keepdim") || (rank != 4 && rank != 5)) {
            continue;
        }
        std::vector<int64_t> dims = node.attrs.ints("dims"), spatial(rank - 2);
        std::sort(dims.begin(), dims.end());
        std::iota(spatial.begin(), spatial.end(), int64_t{2});
        if (dims == spatial) {
            Attributes attrs;
            attrs.set("output_size", std::vector<int64_t>(spatial.size(), 1));
            fuseInto(graph, node.id, {}, "adaptive_avg_pool" + std::to_string(spatial.size()) + "d",
                     std::move(attrs), {node.inputs[0]});
        }
    }
}

}  // namespace qs
