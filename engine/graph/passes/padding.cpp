#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// (h, w) of a pad that adds as much before as behind; nothing for any other.
std::optional<std::vector<int64_t>> symmetricPads(const Node& pad) {
    std::vector<int64_t> pads = pad.attrs.ints("pads");
    for (size_t i = 4; i < pads.size(); ++i) {
        if (pads[i] != 0) {
            return std::nullopt;
        }
    }
    pads.resize(4);
    if (pads[0] != pads[1] || pads[2] != pads[3] || pads[0] < 0 || pads[2] < 0) {
        return std::nullopt;
    }
    return std::vector<int64_t>{pads[2], pads[0]};
}

/// Whether the op takes zeros around its input as padding: an average pool must count them, and no window of
/// it may lie in them alone.
bool accepts(const Node& node, const std::vector<int64_t>& padding) {
    if (node.op == "conv2d") {
        return true;
    }
    if (node.op != "avg_pool2d" || node.attrs.get<bool>("ceil_mode") ||
        node.attrs.ints("padding") != std::vector<int64_t>{0, 0}) {
        return false;
    }
    const auto kernel = node.attrs.ints("kernel");
    return 2 * padding[0] <= kernel.at(0) && 2 * padding[1] <= kernel.at(1);
}

}  // namespace

void mergePadding(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id = graph.nodes()[i].id;
        const Node& node = graph.node(id);
        const Node* pad = node.inputs.empty() ? nullptr : soleProducer(graph, node.inputs[0]);
        const auto pads = pad && pad->op == "pad" && graph.value(pad->inputs[0]).shape.size() == 4
                              ? symmetricPads(*pad)
                              : std::nullopt;
        if (!pads || !accepts(node, *pads)) {
            continue;
        }
        std::vector<int64_t> padding = node.attrs.ints("padding");
        padding.at(0) += pads->at(0);
        padding.at(1) += pads->at(1);
        graph.setInput(id, 0, pad->inputs[0]);
        Node& merged = graph.node(id);
        merged.attrs.set("padding", padding);
        if (merged.op == "avg_pool2d") {
            merged.attrs.set("count_include_pad", true);
        }
    }
}

}  // namespace qs
