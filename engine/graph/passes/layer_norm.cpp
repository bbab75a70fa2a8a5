#include <algorithm>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

struct Match {
    ValueId x;
    at::Tensor weight, bias;
    double eps = 0;
    std::vector<NodeId> members;
};

/// Whether `mean` is one over the last `axes` axes of its input, which it keeps.
bool isMeanOver(const Graph& graph, const Node* mean, size_t axes) {
    if (!mean || mean->op != "mean" || !mean->attrs.get<bool>("keepdim")) {
        return false;
    }
    const size_t rank = graph.value(mean->inputs[0]).shape.size();
    std::vector<int64_t> dims = mean->attrs.ints("dims");
    std::sort(dims.begin(), dims.end());
    if (dims.size() != axes || rank < axes) {
        return false;
    }
    for (size_t i = 0; i < axes; ++i) {
        if (dims[i] != static_cast<int64_t>(rank - axes + i)) {
            return false;
        }
    }
    return true;
}

/// The node that squares `d`, if `value` is its result.
const Node* squareOf(const Graph& graph, ValueId value, ValueId d) {
    const Node* square = soleProducer(graph, value);
    if (!square) {
        return nullptr;
    }
    const auto power = constantOperand(graph, *square);
    const auto pair = activationPair(graph, *square, "mul");
    const bool isPower =
        power && power->op == "pow" && !power->constantFirst && power->x == d && power->isNumber(2);
    return isPower || (pair && pair->a == d && pair->b == d) ? square : nullptr;
}

/// sqrt(mean(d^2) + eps) as `value`.
bool matchDeviation(const Graph& graph, ValueId value, ValueId d, size_t axes, Match& match) {
    const Node* sqrt = soleProducer(graph, value);
    const Node* add = sqrt && baseOp(*sqrt) == "sqrt" ? soleProducer(graph, sqrt->inputs.at(0)) : nullptr;
    const auto shifted = add ? constantOperand(graph, *add) : std::nullopt;
    if (!shifted || shifted->op != "add" || !shifted->number()) {
        return false;
    }
    const Node* mean = soleProducer(graph, shifted->x);
    const Node* square = isMeanOver(graph, mean, axes) ? squareOf(graph, mean->inputs[0], d) : nullptr;
    if (!square) {
        return false;
    }
    match.eps = *shifted->number();
    match.members.insert(match.members.end(), {sqrt->id, add->id, mean->id, square->id});
    return true;
}

/// d = x - mean(x), read by its square and by the quotient.
bool matchDifference(const Graph& graph, ValueId d, size_t axes, Match& match) {
    const NodeId producer = graph.value(d).producer;
    if (!producer.valid() || graph.isOutput(d) || graph.users(d).size() != 2) {
        return false;
    }
    const auto pair = activationPair(graph, graph.node(producer), "sub");
    const Node* mean = pair ? soleProducer(graph, pair->b) : nullptr;
    if (!isMeanOver(graph, mean, axes) || mean->inputs[0] != pair->a) {
        return false;
    }
    match.x = pair->a;
    match.members.insert(match.members.end(), {producer, mean->id});
    return true;
}

/// A constant operand that has an extent for each of the last axes, and what it is applied to.
const Node* applied(const Graph& graph, const Node& node, const char* op, at::Tensor& constant,
                    Match& match) {
    const auto operand = constantOperand(graph, node);
    if (!operand || operand->op != op || operand->constant.dim() == 0) {
        return nullptr;
    }
    constant = operand->constant;
    match.members.push_back(node.id);
    return soleProducer(graph, operand->x);
}

std::optional<Match> matchLayerNorm(const Graph& graph, const Node& last) {
    Match match;
    const Node* scale = applied(graph, last, "add", match.bias, match);
    const Node* quotient = scale ? applied(graph, *scale, "mul", match.weight, match) : nullptr;
    const auto pair = quotient ? activationPair(graph, *quotient, "div") : std::nullopt;
    if (!pair || match.weight.sizes() != match.bias.sizes()) {
        return std::nullopt;
    }
    match.members.push_back(quotient->id);
    const auto axes = static_cast<size_t>(match.weight.dim());
    if (!matchDifference(graph, pair->a, axes, match) ||
        !matchDeviation(graph, pair->b, pair->a, axes, match)) {
        return std::nullopt;
    }
    const Shape& shape = graph.value(match.x).shape;
    const bool fits = std::equal(match.weight.sizes().begin(), match.weight.sizes().end(),
                                 shape.end() - static_cast<std::ptrdiff_t>(axes));
    return fits ? std::optional(match) : std::nullopt;
}

}  // namespace

void fuseLayerNorm(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId last = graph.nodes()[i].id;
        const auto match = matchLayerNorm(graph, graph.node(last));
        if (!match) {
            continue;
        }
        Attributes attrs;
        attrs.set("normalized_shape", match->weight.sizes().vec());
        attrs.set("eps", match->eps);
        const ValueId weight = graph.addConstant("", match->weight.contiguous());
        const ValueId bias = graph.addConstant("", match->bias.contiguous());
        fuseInto(graph, last, match->members, "layer_norm", std::move(attrs), {match->x, weight, bias});
    }
}

}  // namespace qs
