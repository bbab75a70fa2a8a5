#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// The op without its namespace: "sub" for "aten::sub".
std::string_view baseOp(const Node& node);

/// One positional argument of an operator that is carried as it is ("aten::..."); see ops/opaque.h.
struct CarriedArgument {
    ValueId value = {};  ///< an activation, or a constant that is a value of the graph
    c10::IValue constant = {};
};
/// Empty for nodes of op entries, and for operators that take tensor lists.
std::vector<CarriedArgument> carriedArguments(const Node& node);

/// A constant tensor among the arguments; invalid for anything else.
ValueId constantValue(const Graph& graph, const CarriedArgument& argument);
/// The same as a tensor, where it is float32; undefined for anything else.
at::Tensor floatConstant(const Graph& graph, const CarriedArgument& argument);

/// An elementwise op on an activation and a constant: add, sub, mul, div or pow. Where `constantFirst`, the
/// constant is the left operand of a sub, div or pow.
struct ConstantOperand {
    std::string op;
    ValueId x;
    at::Tensor constant;  ///< float32, any shape that broadcasts; without axes for a number
    bool constantFirst = false;

    /// The constant where it has one element.
    std::optional<double> number() const;
    bool isNumber(double wanted) const;
};
/// Reads both forms: op entries with a constant input, and carried operators with numbers or tensors.
std::optional<ConstantOperand> constantOperand(const Graph& graph, const Node& node);

/// Operands of an elementwise op (add, sub, mul, div) on two activations, or on one twice.
struct ActivationPair {
    ValueId a, b;
};
std::optional<ActivationPair> activationPair(const Graph& graph, const Node& node, std::string_view op);

/// Whether one node alone reads the value, and the caller does not.
bool isReadOnce(const Graph& graph, ValueId value);
/// The node that makes `value` for a single reader; null for inputs, constants, outputs and shared values.
const Node* soleProducer(const Graph& graph, ValueId value);

/// A constant factor of 1 / `number`, written as a product or a quotient.
bool dividesBy(const ConstantOperand& operand, double number);
/// Equal up to float32 rounding.
bool isClose(double a, double b);

/// Turns `last` into the op that stands for all `members` (`last` among them).
void fuseInto(Graph& graph, NodeId last, std::span<const NodeId> members, std::string op, Attributes attrs,
              std::vector<ValueId> inputs);

/// The constant as one float32 number for each channel of the convolution's result, where it is the same for
/// all pixels and samples of that: of images [C, 1, 1], [1, C, 1, 1], or one element. Undefined for anything
/// else.
at::Tensor perChannel(const Graph& graph, const Node& convolution, const at::Tensor& constant);
/// Output channels of a convolution.
int64_t outputChannels(const Graph& graph, const Node& convolution);
/// Along any axes, transposed or not.
bool isConvolution(const Node& node);

}  // namespace qs
