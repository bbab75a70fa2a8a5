#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

struct Match {
    ValueId x;
    double alpha, beta;
    std::vector<NodeId> members;
};

bool isClip(const Node* node, double low, double high) {
    return node && node->op == "clip" && node->attrs.get<double>("min") == low &&
           node->attrs.get<double>("max") == high;
}

/// relu6(x + 3) / 6.
std::optional<Match> matchQuotient(const Graph& graph, const Node& last) {
    const auto scaled = constantOperand(graph, last);
    if (!scaled || !dividesBy(*scaled, 6)) {
        return std::nullopt;
    }
    const Node* clip = soleProducer(graph, scaled->x);
    const Node* add = isClip(clip, 0, 6) ? soleProducer(graph, clip->inputs[0]) : nullptr;
    const auto shifted = add ? constantOperand(graph, *add) : std::nullopt;
    if (!shifted || shifted->op != "add" || !shifted->isNumber(3)) {
        return std::nullopt;
    }
    return Match{shifted->x, 1.0 / 6, 0.5, {add->id, clip->id, last.id}};
}

/// clip(alpha * x + beta, 0, 1).
std::optional<Match> matchClip(const Graph& graph, const Node& last) {
    const Node* add = isClip(&last, 0, 1) ? soleProducer(graph, last.inputs[0]) : nullptr;
    const auto shifted = add ? constantOperand(graph, *add) : std::nullopt;
    if (!shifted || shifted->op != "add" || !shifted->number()) {
        return std::nullopt;
    }
    const Node* mul = soleProducer(graph, shifted->x);
    const auto scaled = mul ? constantOperand(graph, *mul) : std::nullopt;
    if (!scaled || !scaled->number() ||
        !(scaled->op == "mul" || (scaled->op == "div" && !scaled->constantFirst))) {
        return std::nullopt;
    }
    const double alpha = scaled->op == "mul" ? *scaled->number() : 1.0 / *scaled->number();
    // The number that PyTorch's own has, where float32 rounding is all that is between.
    return Match{scaled->x,
                 isClose(alpha, 1.0 / 6) ? 1.0 / 6 : alpha,
                 *shifted->number(),
                 {mul->id, add->id, last.id}};
}

}  // namespace

void fuseHardSigmoid(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& last = graph.nodes()[i];
        auto match = matchQuotient(graph, last);
        if (!match) {
            match = matchClip(graph, last);
        }
        if (match) {
            Attributes attrs;
            attrs.set("alpha", match->alpha);
            attrs.set("beta", match->beta);
            fuseInto(graph, last.id, match->members, "hard_sigmoid", std::move(attrs), {match->x});
        }
    }
}

}  // namespace qs
