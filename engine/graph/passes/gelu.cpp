#include <cmath>
#include <numbers>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// A product as its factors, whatever the order in which it is written.
struct Product {
    double constant = 1;
    std::vector<ValueId> factors;
    std::vector<NodeId> members;
};

/// A product of more nodes than this is no GELU, in whatever form.
constexpr size_t kMostMembers = 8;

bool gather(const Graph& graph, const Node& node, Product& product);

void gatherFactor(const Graph& graph, ValueId value, Product& product) {
    const Node* producer = soleProducer(graph, value);
    if (!producer || !gather(graph, *producer, product)) {
        product.factors.push_back(value);
    }
}

/// Whether the node is a product of an activation with a number or with another activation.
bool gather(const Graph& graph, const Node& node, Product& product) {
    if (product.members.size() >= kMostMembers) {
        return false;
    }
    if (const auto scaled = constantOperand(graph, node);
        scaled && scaled->number() &&
        (scaled->op == "mul" || (scaled->op == "div" && !scaled->constantFirst))) {
        product.constant *= scaled->op == "mul" ? *scaled->number() : 1.0 / *scaled->number();
        product.members.push_back(node.id);
        gatherFactor(graph, scaled->x, product);
        return true;
    }
    if (const auto pair = activationPair(graph, node, "mul")) {
        product.members.push_back(node.id);
        gatherFactor(graph, pair->a, product);
        gatherFactor(graph, pair->b, product);
        return true;
    }
    return false;
}

/// The members of 1 + erf(x / sqrt(2)) that make `value`; empty where it is something else.
std::vector<NodeId> matchErf(const Graph& graph, ValueId value, ValueId x) {
    const Node* add = soleProducer(graph, value);
    const auto shifted = add ? constantOperand(graph, *add) : std::nullopt;
    if (!shifted || shifted->op != "add" || !shifted->isNumber(1)) {
        return {};
    }
    const Node* erf = soleProducer(graph, shifted->x);
    const Node* div = erf && baseOp(*erf) == "erf" ? soleProducer(graph, erf->inputs.at(0)) : nullptr;
    const auto scaled = div ? constantOperand(graph, *div) : std::nullopt;
    if (!scaled || scaled->x != x || !dividesBy(*scaled, std::numbers::sqrt2)) {
        return {};
    }
    return {add->id, erf->id, div->id};
}

}  // namespace

void fuseGelu(Graph& graph) {
    // Backwards: the product that takes in all factors comes last.
    for (size_t i = graph.nodes().size(); i-- > 0;) {
        const Node& last = graph.nodes()[i];
        Product product;
        if (!gather(graph, last, product) || product.factors.size() != 2 || !isClose(product.constant, 0.5)) {
            continue;
        }
        for (const size_t k : {size_t{0}, size_t{1}}) {
            const ValueId x = product.factors[k];
            const auto erf = matchErf(graph, product.factors[1 - k], x);
            if (!erf.empty()) {
                product.members.insert(product.members.end(), erf.begin(), erf.end());
                Attributes attrs;
                attrs.set("approximate", std::string("none"));
                fuseInto(graph, last.id, product.members, "gelu", std::move(attrs), {x});
                break;
            }
        }
    }
}

}  // namespace qs
