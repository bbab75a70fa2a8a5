#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// A constant operand [I, O], or [1, .., I, O] where the product with `x` has the rank of `x` all the same.
at::Tensor matrixOf(const Graph& graph, const CarriedArgument& x, const CarriedArgument& argument) {
    const at::Tensor constant = floatConstant(graph, argument);
    const auto rank = static_cast<int64_t>(graph.value(x.value).shape.size());
    if (!constant.defined() || constant.dim() < 2 || (constant.dim() > 2 && constant.dim() > rank) ||
        constant.numel() != constant.size(-1) * constant.size(-2)) {
        return {};
    }
    return constant.reshape({constant.size(-2), constant.size(-1)});
}

bool isActivation(const Graph& graph, const CarriedArgument& argument) {
    return argument.value.valid() && !graph.value(argument.value).constant;
}

bool isOne(const CarriedArgument& argument) {
    return argument.constant.isScalar() && argument.constant.toScalar().to<double>() == 1.0;
}

/// Turns `node` into a linear layer; `weight` is [I, O]. The layer sees it as [O, I] without a copy.
void makeLinear(Graph& graph, NodeId node, ValueId x, const at::Tensor& weight, const at::Tensor& bias) {
    std::vector<ValueId> inputs{x, graph.addConstant("", weight.t())};
    if (bias.defined()) {
        inputs.push_back(graph.addConstant("", bias.contiguous()));
    }
    fuseInto(graph, node, {}, "linear", {}, std::move(inputs));
}

void openMatmul(Graph& graph, NodeId id) {
    const std::string_view op = baseOp(graph.node(id));
    const auto arguments = carriedArguments(graph.node(id));
    const size_t x = op == "addmm" ? 1 : 0;
    if (arguments.size() < x + 2 || !isActivation(graph, arguments[x])) {
        return;
    }
    const at::Tensor weight = matrixOf(graph, arguments[x], arguments[x + 1]);
    if (!weight.defined()) {
        return;
    }
    if (op != "addmm") {
        makeLinear(graph, id, arguments[0].value, weight, {});
        return;
    }
    const at::Tensor bias = floatConstant(graph, arguments[0]);
    if (arguments.size() == 5 && isOne(arguments[3]) && isOne(arguments[4]) && bias.defined() &&
        bias.dim() == 1 && bias.numel() == weight.size(1)) {
        makeLinear(graph, id, arguments[1].value, weight, bias);
    }
}

/// A vector added to the result of a linear layer without a bias.
void foldAddition(Graph& graph, NodeId id) {
    const auto added = constantOperand(graph, graph.node(id));
    const Node* linear = added && added->op == "add" ? soleProducer(graph, added->x) : nullptr;
    if (!linear || linear->op != "linear" || linear->inputs.size() != 2 || added->constant.dim() == 0) {
        return;
    }
    const int64_t outputs = graph.value(linear->inputs[1]).shape.at(0);
    if (added->constant.numel() != outputs || added->constant.size(-1) != outputs ||
        added->constant.dim() > static_cast<int64_t>(graph.value(added->x).shape.size())) {
        return;
    }
    const NodeId members[] = {linear->id, id};
    std::vector<ValueId> inputs = linear->inputs;
    inputs.push_back(graph.addConstant("", added->constant.reshape({outputs}).contiguous()));
    fuseInto(graph, id, members, "linear", {}, std::move(inputs));
}

}  // namespace

void fuseLinear(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (node.op == "aten::matmul" || node.op == "aten::mm" || node.op == "aten::bmm" ||
            node.op == "aten::addmm") {
            openMatmul(graph, node.id);
        } else {
            foldAddition(graph, node.id);
        }
    }
}

}  // namespace qs
