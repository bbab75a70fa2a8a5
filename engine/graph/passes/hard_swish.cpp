#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

struct Match {
    ValueId x;
    std::vector<NodeId> members;
};

/// x * hard_sigmoid(x), for PyTorch's hard sigmoid.
std::optional<Match> matchGate(const Graph& graph, const Node& mul) {
    const auto pair = activationPair(graph, mul, "mul");
    if (!pair) {
        return std::nullopt;
    }
    for (const auto& [x, gated] : {std::pair(pair->a, pair->b), std::pair(pair->b, pair->a)}) {
        const Node* gate = soleProducer(graph, gated);
        if (gate && gate->op == "hard_sigmoid" && gate->inputs[0] == x &&
            isClose(gate->attrs.get<double>("alpha"), 1.0 / 6) &&
            isClose(gate->attrs.get<double>("beta"), 0.5)) {
            return Match{x, {gate->id, mul.id}};
        }
    }
    return std::nullopt;
}

/// x * relu6(x + 3) / 6.
std::optional<Match> matchQuotient(const Graph& graph, const Node& last) {
    const auto scaled = constantOperand(graph, last);
    const Node* mul = scaled && dividesBy(*scaled, 6) ? soleProducer(graph, scaled->x) : nullptr;
    const auto pair = mul ? activationPair(graph, *mul, "mul") : std::nullopt;
    if (!pair) {
        return std::nullopt;
    }
    for (const auto& [x, gated] : {std::pair(pair->a, pair->b), std::pair(pair->b, pair->a)}) {
        const Node* clip = soleProducer(graph, gated);
        if (!clip || clip->op != "clip" || clip->attrs.get<double>("min") != 0 ||
            clip->attrs.get<double>("max") != 6) {
            continue;
        }
        const Node* add = soleProducer(graph, clip->inputs[0]);
        const auto shifted = add ? constantOperand(graph, *add) : std::nullopt;
        if (shifted && shifted->op == "add" && shifted->isNumber(3) && shifted->x == x) {
            return Match{x, {add->id, clip->id, mul->id, last.id}};
        }
    }
    return std::nullopt;
}

}  // namespace

void fuseHardSwish(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& last = graph.nodes()[i];
        auto match = matchGate(graph, last);
        if (!match) {
            match = matchQuotient(graph, last);
        }
        if (match) {
            fuseInto(graph, last.id, match->members, "hard_swish", {}, {match->x});
        }
    }
}

}  // namespace qs
