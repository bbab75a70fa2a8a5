#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

struct Match {
    ValueId x;
    at::Tensor scale, shift;
    std::vector<NodeId> members;
};

/// x * c, where x is a convolution's result.
std::optional<Match> matchScale(const Graph& graph, const Node& node) {
    const auto scaled = constantOperand(graph, node);
    const Node* convolution = scaled && scaled->op == "mul" ? soleProducer(graph, scaled->x) : nullptr;
    if (!convolution || !isConvolution(*convolution)) {
        return std::nullopt;
    }
    const at::Tensor scale = perChannel(graph, *convolution, scaled->constant);
    return scale.defined() ? std::optional(Match{scaled->x, scale, at::zeros_like(scale), {node.id}})
                           : std::nullopt;
}

/// matchScale() with a constant added.
std::optional<Match> matchShift(const Graph& graph, const Node& node) {
    const auto added = constantOperand(graph, node);
    const Node* scale = added && added->op == "add" ? soleProducer(graph, added->x) : nullptr;
    auto match = scale ? matchScale(graph, *scale) : std::nullopt;
    if (!match) {
        return std::nullopt;
    }
    match->shift = perChannel(graph, *soleProducer(graph, match->x), added->constant);
    match->members.push_back(node.id);
    return match->shift.defined() ? match : std::nullopt;
}

}  // namespace

void fuseAffine(Graph& graph) {
    // Backwards: an addition is looked at before the product that it follows.
    for (size_t i = graph.nodes().size(); i-- > 0;) {
        const NodeId last = graph.nodes()[i].id;
        auto match = matchShift(graph, graph.node(last));
        if (!match) {
            match = matchScale(graph, graph.node(last));
        }
        if (!match) {
            continue;
        }
        Attributes attrs;
        attrs.set("eps", 0.0);
        attrs.set("frozen", true);
        std::vector<ValueId> inputs{match->x};
        for (const at::Tensor& parameter :
             {match->scale, match->shift, at::zeros_like(match->scale), at::ones_like(match->scale)}) {
            inputs.push_back(graph.addConstant("", parameter.contiguous()));
        }
        fuseInto(graph, last, match->members, "batch_norm", std::move(attrs), std::move(inputs));
    }
}

}  // namespace qs
