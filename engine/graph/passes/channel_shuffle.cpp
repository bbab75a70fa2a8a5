#include <array>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// x, [N, C, H, W], as [N, g, C / g, H, W], its second and third axes swapped, and as [N, C, H, W] again.
struct Shuffle {
    const Node* open;
    const Node* swap;
    int64_t groups;
};

std::optional<Shuffle> shuffleEndingIn(const Graph& graph, const Node& close) {
    if (close.op != "reshape") {
        return std::nullopt;
    }
    const Node* swap = soleProducer(graph, close.inputs[0]);
    if (!swap || swap->op != "permute" || swap->attrs.ints("dims") != std::vector<int64_t>{0, 2, 1, 3, 4}) {
        return std::nullopt;
    }
    const Node* open = soleProducer(graph, swap->inputs[0]);
    if (!open || open->op != "reshape") {
        return std::nullopt;
    }
    const Shape &x = graph.value(open->inputs[0]).shape, &grouped = graph.value(open->outputs[0]).shape;
    const bool splitsChannels = x.size() == 4 && grouped.size() == 5 && grouped[0] == x[0] &&
                                grouped[1] * grouped[2] == x[1] && grouped[3] == x[2] && grouped[4] == x[3];
    if (!splitsChannels || graph.value(close.outputs[0]).shape != x) {
        return std::nullopt;
    }
    return Shuffle{open, swap, grouped[1]};
}

}  // namespace

void fuseChannelShuffle(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& close = graph.nodes()[i];
        if (const auto shuffle = shuffleEndingIn(graph, close)) {
            const std::array members{shuffle->open->id, shuffle->swap->id, close.id};
            Attributes attrs;
            attrs.set("groups", shuffle->groups);
            fuseInto(graph, close.id, members, "channel_shuffle", std::move(attrs),
                     {shuffle->open->inputs[0]});
        }
    }
    removeDeadNodes(graph);
}

}  // namespace qs
