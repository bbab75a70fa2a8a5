#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/graph.h"
#include "graph/quantized_graph.h"

namespace qs {

enum class OpCategory { Convolution, Linear, Normalization, Activation, Elementwise, Pooling, Shape };

/// How an op behaves in an integer region.
enum class QuantKind {
    None,         ///< float only
    Weighted,     ///< input 1 is a quantizable weight, input 2 a bias; the output has an observer of its own
    Observed,     ///< inputs are activations or float constants; the output has an observer of its own
    PassThrough,  ///< outputs have the input's qparams, values are copied, selected or averaged
                  ///< (OpDef::averages)
};

/// One positional argument of an aten:: operator as the importer found it.
struct AtenArg {
    ValueId value = {};              ///< a tensor of the graph, or invalid
    c10::IValue constant = {};       ///< used where `value` is invalid (None for an absent optional)
    std::vector<ValueId> list = {};  ///< a list of tensors of the graph; then the others are unused
};

/// A node's own form of an imported operator. An operator that only forwards its input (dropout in eval mode,
/// contiguous) is an alias of it.
struct OpenedOp {
    Attributes attrs;
    std::vector<ValueId> inputs;
    bool alias = false;
    /// The entry that it is, where one schema belongs to several (a convolution of any rank); empty: the one
    /// that binds it.
    std::string op = {};
};

/// Form of one aten:: operator that an op entry understands; returns nothing for arguments it does not cover
/// (then the operator is carried as it is and runs through the dispatcher).
struct AtenBinding {
    std::string schema;  ///< "aten::_convolution", without overload
    std::function<std::optional<OpenedOp>(const Graph&, std::span<const AtenArg>)> open;
};

/// What an op computes, where the steps around it, or what reads its result, depend on that.
enum class OpRole {
    Other,
    Add,               ///< a + b
    Multiply,          ///< a * b
    Clamp,             ///< clamp() of its input
    Concatenate,       ///< its inputs one behind the other along attribute `dim`
    Identity,          ///< its input
    Permute,           ///< its input with the axes in the order of attribute `dims`
    NormalizeChannels  ///< a factor and an offset for each channel (axis 1), constants behind the activation
};

/// Range [low, high) that an op's results never leave.
struct FixedRange {
    double low = 0;
    double high = 1;
};

/// Everything that the engine knows about an operator. Input 0 is the activation (N, C, H, W for images, N,
/// C, D, H, W for volumes).
struct OpDef {
    std::string name;
    OpCategory category;
    QuantKind quant = QuantKind::None;
    /// Names of the inputs that are parameters, by position ("" for activations): {"", "weight", "bias"}.
    std::vector<std::string> parameters;
    /// Observed ops whose output qparams follow from the op and are not observed (a sigmoid's).
    std::optional<FixedRange> fixedOutput;
    /// Pass-through ops that make averages, which may be far smaller than the input's step: their output may
    /// have qparams of its own.
    bool averages = false;
    /// Weighted ops whose weight has one scale whatever the qconfig's granularity, as in PyTorch.
    bool weightPerTensor = false;
    /// Weighted ops: the weight's axis of output channels (those of one group).
    size_t weightOutputAxis = 0;
    /// Weighted ops: the output's channels are its innermost axis, not the second one.
    bool channelsInnermost = false;
    OpRole role = OpRole::Other;
    /// Role Clamp: what the attributes say it clamps to.
    std::function<FusedActivation(const Attributes&)> clamp;
    /// An op of role Clamp behind it becomes the end of the same step.
    bool takesActivation = false;
    /// An op of role Add behind it becomes part of the same step.
    bool takesResidual = false;
    /// Float forward on ATen, differentiable. `inputs` are all inputs, constants included.
    std::function<std::vector<at::Tensor>(const Attributes&, std::span<const at::Tensor> inputs)> forward;
    /// Multiply-accumulates for one call; absent for ops that have none.
    std::function<int64_t(const Graph&, const Node&)> macs;
    std::vector<AtenBinding> aten;
};

using OpRegistry = Registry<OpDef>;

/// All op entries. Built on first use, then immutable.
const OpRegistry& ops();

/// Other and None for operators that no entry knows.
OpRole roleOf(const std::string& op);
QuantKind quantKindOf(const std::string& op);
/// Whether the step's results lie on the grid of its input, being copies or selections of it, or averages.
bool keepsGrid(const QuantizedGraph& graph, const QNode& node);
/// What a node of role Clamp clamps to; kind None for others.
FusedActivation clampOf(const std::string& op, const Attributes& attrs);
/// Output channels of a weighted op with this weight.
int64_t outputChannels(const std::string& op, const Attributes& attrs, at::IntArrayRef weight);

/// Entry and binding that open `schema`, or nulls.
std::pair<const OpDef*, const AtenBinding*> findAten(std::string_view schema);

/// Whether a quantized file holds the value as integers though no op here makes it so: it is an input of the
/// network, or comes from an op without an integer form. Those who read it run on integers from there on.
bool isQuantizedSource(const Graph& graph, ValueId value);

/// Float outputs of one node: the op entry's forward, or LibTorch's dispatcher for an ATen overload.
/// Throws what ATen throws.
std::vector<at::Tensor> runFloat(const std::string& op, const Attributes& attrs,
                                 std::span<const at::Tensor> inputs);

/// Multiply-accumulates of a node at the shapes recorded in the graph; 0 where the op has none.
int64_t countMacs(const Graph& graph, const Node& node);

}  // namespace qs
