#include "graph/passes/rewrite.h"

#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

constexpr std::string_view kAten = "aten::";

/// A constant argument as a float32 tensor; undefined where it is no number.
at::Tensor numberTensor(const c10::IValue& value) {
    if (value.isDouble() || value.isInt()) {
        return at::scalar_tensor(value.toScalar(), at::kFloat);
    }
    return {};
}

/// A constant value of the graph as float32; undefined for activations.
at::Tensor constantTensor(const Graph& graph, const CarriedArgument& argument) {
    if (!argument.value.valid()) {
        return numberTensor(argument.constant);
    }
    const auto& constant = graph.value(argument.value).constant;
    return constant ? constant->to(at::kFloat) : at::Tensor();
}

bool isActivation(const Graph& graph, const CarriedArgument& argument) {
    return argument.value.valid() && !graph.value(argument.value).constant;
}

/// Both operands of an elementwise op in either form; empty where the operator does more (alpha, rounding).
std::vector<CarriedArgument> operands(const Node& node) {
    std::vector<CarriedArgument> all = carriedArguments(node);
    if (all.empty()) {
        for (const ValueId input : node.inputs) {
            all.push_back({input, {}});
        }
    }
    if (all.size() == 3) {
        const c10::IValue& extra = all[2].constant;
        const bool plain = !all[2].value.valid() &&
                           (extra.isNone() || (extra.isScalar() && extra.toScalar().to<double>() == 1.0));
        all.resize(plain ? 2 : 0);
    }
    return all.size() == 2 ? all : std::vector<CarriedArgument>();
}

bool isElementwise(std::string_view op) {
    static constexpr std::string_view known[] = {"add", "sub", "rsub", "mul", "div", "pow"};
    return std::find(std::begin(known), std::end(known), op) != std::end(known);
}

std::string commonScope(const std::string& a, const std::string& b) {
    const auto isPrefix = [](const std::string& outer, const std::string& inner) {
        return outer.empty() || inner == outer || inner.starts_with(outer + ".");
    };
    std::string scope = a;
    while (!isPrefix(scope, b)) {
        const size_t dot = scope.rfind('.');
        scope.resize(dot == std::string::npos ? 0 : dot);
    }
    return scope;
}

}  // namespace

std::string_view baseOp(const Node& node) {
    std::string_view op = node.op;
    return op.starts_with(kAten) ? op.substr(kAten.size()) : op;
}

std::vector<CarriedArgument> carriedArguments(const Node& node) {
    std::vector<CarriedArgument> arguments;
    if (!node.op.starts_with(kAten)) {
        return arguments;
    }
    size_t next = 0;
    for (const auto& item : node.attrs.get<std::vector<std::string>>("arguments")) {
        if (item == "tensor") {
            arguments.push_back({node.inputs.at(next++), {}});
        } else if (item.starts_with("constant:")) {
            arguments.push_back({{}, node.attrs.get<c10::IValue>(item.substr(item.find(':') + 1))});
        } else {
            return {};
        }
    }
    return arguments;
}

ValueId constantValue(const Graph& graph, const CarriedArgument& argument) {
    return argument.value.valid() && graph.value(argument.value).constant ? argument.value : ValueId{};
}

at::Tensor floatConstant(const Graph& graph, const CarriedArgument& argument) {
    const ValueId value = constantValue(graph, argument);
    const at::Tensor constant = value.valid() ? *graph.value(value).constant : at::Tensor();
    return constant.defined() && constant.scalar_type() == at::kFloat ? constant : at::Tensor();
}

std::optional<double> ConstantOperand::number() const {
    return constant.numel() == 1 ? std::optional(constant.item<double>()) : std::nullopt;
}

bool ConstantOperand::isNumber(double wanted) const {
    const auto value = number();
    return value && isClose(*value, wanted);
}

std::optional<ConstantOperand> constantOperand(const Graph& graph, const Node& node) {
    const std::string_view op = baseOp(node);
    if (!isElementwise(op) || node.outputs.size() != 1) {
        return std::nullopt;
    }
    const auto both = operands(node);
    if (both.empty()) {
        return std::nullopt;
    }
    const size_t x = isActivation(graph, both[0]) ? 0 : 1;
    const at::Tensor constant = constantTensor(graph, both[1 - x]);
    if (!isActivation(graph, both[x]) || !constant.defined()) {
        return std::nullopt;
    }
    const bool reversed = op == "rsub", commutes = op == "add" || op == "mul";
    return ConstantOperand{std::string(reversed ? "sub" : op), both[x].value, constant,
                           !commutes && (x == 1) != reversed};
}

std::optional<ActivationPair> activationPair(const Graph& graph, const Node& node, std::string_view op) {
    if (baseOp(node) != op || node.outputs.size() != 1) {
        return std::nullopt;
    }
    const auto both = operands(node);
    if (both.empty() || !isActivation(graph, both[0]) || !isActivation(graph, both[1])) {
        return std::nullopt;
    }
    return ActivationPair{both[0].value, both[1].value};
}

bool isReadOnce(const Graph& graph, ValueId value) {
    return !graph.isOutput(value) && graph.users(value).size() == 1;
}

const Node* soleProducer(const Graph& graph, ValueId value) {
    const NodeId producer = graph.value(value).producer;
    return producer.valid() && isReadOnce(graph, value) ? &graph.node(producer) : nullptr;
}

bool dividesBy(const ConstantOperand& operand, double number) {
    return (operand.op == "div" && !operand.constantFirst && operand.isNumber(number)) ||
           (operand.op == "mul" && operand.isNumber(1.0 / number));
}

bool isClose(double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b));
}

void fuseInto(Graph& graph, NodeId last, std::span<const NodeId> members, std::string op, Attributes attrs,
              std::vector<ValueId> inputs) {
    Node& node = graph.node(last);
    for (const NodeId member : members) {
        node.scope = commonScope(node.scope, graph.node(member).scope);
    }
    node.op = std::move(op);
    node.attrs = std::move(attrs);
    graph.setInputs(last, std::move(inputs));
}

at::Tensor perChannel(const Graph& graph, const Node& convolution, const at::Tensor& constant) {
    const int64_t channels = outputChannels(graph, convolution);
    if (constant.numel() == 1) {
        return at::full({channels}, constant.item<double>(), at::kFloat);
    }
    // [(N,) O, 1, 1] for images
    const int64_t rank = std::ssize(graph.value(convolution.inputs.at(1)).shape);
    const int64_t axis = constant.dim() - rank + 1;
    const bool oneEach = constant.numel() == channels && (axis == 0 || axis == 1) && rank >= 3 &&
                         constant.size(axis) == channels;
    return oneEach ? constant.reshape({channels}) : at::Tensor();
}

int64_t outputChannels(const Graph& graph, const Node& convolution) {
    const Shape& weight = graph.value(convolution.inputs.at(1)).shape;
    return convolution.op == "conv_transpose2d" ? weight.at(1) * convolution.attrs.get<int64_t>("groups", 1)
                                                : weight.at(0);
}

bool isConvolution(const Node& node) {
    return node.op == "conv2d" || node.op == "conv3d" || node.op == "conv_transpose2d";
}

}  // namespace qs
