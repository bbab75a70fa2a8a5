#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/qparams.h"

namespace qs {

/// An activation of a QuantizedGraph: integer with per-tensor `qparams`, or real numbers where they are
/// absent (`dtype` tells otherwise where the network itself computes with indices or truth values).
struct QValue {
    ValueId id;
    std::string name;
    Shape shape;
    std::optional<QParams> qparams;
    at::ScalarType dtype = at::kFloat;  ///< of the value in the float network
    /// The value of the float network that this one stands for, as its quantized, dequantized and requantized
    /// forms do too: the same in all variants of a network. Invalid where there is none.
    ValueId real = {};
    bool isInteger() const { return qparams.has_value(); }
};

/// Activation function that a node applies last, in real units. Relu is max(x, 0); Clip is min(max(x, low),
/// high).
struct FusedActivation {
    enum class Kind { None, Relu, Clip } kind = Kind::None;
    double low = 0;
    double high = 0;
};

/// What a step computes with.
enum class Compute {
    Float32,
    Float16,   ///< weighted steps: inputs and weights are rounded to float16, sums are float32
    BFloat16,  ///< weighted steps: inputs and weights are rounded to bfloat16, sums are float32
    Integer,   ///< all inputs and outputs are integers
    Dynamic,  ///< weighted steps: weights on a grid, the input on one that each run finds for itself; float32
              ///< out
    WeightOnly,  ///< weighted steps: weights on a grid, everything else float32
    /// The exact fake-quantized float form of what has no integer kernel: all inputs, outputs and weights are
    /// float32 values that lie on grids.
    Simulated,
};

std::string_view toString(Compute compute);
/// Whether a step that computes so is emulated in float32, for want of a kernel: its values are right, its
/// time is not what the precision would take.
bool isEmulated(Compute compute);

/// One step of a QuantizedGraph.
///
/// Boundaries: op "quantize" (float in, integer out), "dequantize" (integer in, float out), "requantize"
/// (integer in, integer out on another grid: q2 = quantize(dequantize(q1)), in float32) and "fake_quantize"
/// or "dynamic_fake_quantize" (float in, float on a grid out; attributes: ops/fake_quantize.h); `layer` is
/// the producer's layer name, `weight` and everything below it unused.
///
/// Compute steps: `op` is an op entry's name or an ATen overload; `inputs` are activations only.
/// All of a step's inputs and outputs are integer, or all are float: boundaries between are steps of their
/// own.
///  - Weighted ops (conv2d, conv_transpose2d, linear): inputs = {x} or, with `hasAdd`, {x, residual};
///    y = activation(op(x, W) + bias + residual). Batch norm is already folded into W and bias.
///    Integer: W is weightInt with weightQParams; the bias acts as round(bias / (s_x * s_w)) in int32.
///    With `preAdd`, op(x, W) + bias is rounded to that grid before the residual is added, as every runtime
///    does that has two operators for it (TorchScript's quantized::conv2d + quantized::add_relu, ONNX
///    Runtime's QLinearConv + QLinearAdd); without, nothing is rounded there (TensorRT).
///  - add: inputs = {a, b}, y = activation(a + b); or inputs = {a} and b a constant.
///  - Other observed ops (mul, matmul, cat, sigmoid, ...): y = op(inputs and constants). Constants are
///    float32 in integer steps too; those of add and mul may lie on a grid (`constantQParams`), and what acts
///    by channel, a batch norm too, rounds its offset as ops/channel_affine.h says.
///  - Pass-through ops (max_pool2d, reshape, split, ...): every output's qparams equal the input's.
///  - Other float ops: evaluated by the op entry, or by the dispatcher when no entry knows `op`.
struct QNode {
    std::string op;
    std::string layer;               ///< qualified name of the layer that this step implements
    std::vector<std::string> fused;  ///< qualified names of the nodes folded into it (batch norm, add, ReLU)
    Attributes attrs;                ///< of the main op
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;

    /// Steps without `weight`: the op's inputs that are no activations (a batch norm on its own: gamma, beta,
    /// mean, variance; the other operand of an addition).
    std::vector<at::Tensor> constants;
    /// Where each of `constants` stands among the op's inputs, ascending; empty: behind the activations.
    std::vector<size_t> constantPositions;
    /// Integer add and mul with a constant that is quantized: its grid, per tensor. `constants` holds values
    /// of that grid.
    std::optional<QParams> constantQParams;

    /// float32, batch norm folded; conv2d [O, I/groups, kH, kW], conv_transpose2d
    /// [I, O/groups, kH, kW], linear [O, I].
    std::optional<at::Tensor> weight;
    std::optional<at::Tensor> bias;        ///< float32 [O]
    std::optional<QParams> weightQParams;  ///< set exactly when the step is an integer weighted op
    std::optional<at::Tensor> weightInt;   ///< int8, shape of `weight`; set together with weightQParams
    /// Dynamic, WeightOnly and Simulated weighted steps: the grid on which `weight` lies.
    std::optional<QParams> weightGrid;
    Compute compute = Compute::Float32;
    bool hasAdd = false;
    /// Integer `hasAdd` steps: qparams of op(x, W) + bias before the add, over their type's whole range.
    std::optional<QParams> preAdd;
    FusedActivation activation;

    /// Steps without `weight`: the op's inputs in order, `activations` with the constants in their places.
    std::vector<at::Tensor> arguments(std::span<const at::Tensor> activations) const;
    bool isBoundary() const {
        return op == "quantize" || op == "dequantize" || op == "requantize" || op == "fake_quantize" ||
               op == "dynamic_fake_quantize";
    }
};

/// The single truth that convert() makes: what runs, in which precision, with which numbers. Simulation,
/// integer runtime and exporters read it and decide nothing about precision again. Nodes are in topological
/// order.
struct QuantizedGraph {
    std::vector<QNode> nodes;
    std::vector<QValue> values;    ///< indexed by ValueId
    std::vector<ValueId> inputs;   ///< without qparams
    std::vector<ValueId> outputs;  ///< without qparams
    std::vector<std::string> inputNames;
    std::vector<std::string> outputNames;

    const QValue& value(ValueId id) const { return values.at(static_cast<size_t>(id.index)); }
    bool isInteger(const QNode& node) const {
        return !node.isBoundary() && value(node.outputs.at(0)).isInteger();
    }

    /// Bytes of all weights and biases as stored: weights on a grid packed at their width (with 4 bytes a
    /// scale where there are several), half-precision ones in two bytes, int32 biases of integer steps, and
    /// the rest as it is. What steps share (shareConstants()) counts once.
    int64_t parameterBytes() const;
    /// One line a step, with qparams.
    std::string dump() const;
};

}  // namespace qs
