#include "exporters/onnx_ops.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <functional>
#include <map>

#include "ops/integer_bias.h"
#include "ops/op.h"

namespace qs {

namespace {

using Tensor = Result<std::string>;  // the name of an ONNX tensor

Error noForm(const QNode& node, const std::string& what) {
    return failure("layer " + node.layer + ": " + what + " has no ONNX form at opset " +
                   std::to_string(OnnxBuilder::opset) +
                   "; restoring the layer does not help, export TorchScript (.pt)");
}

const QValue& outputOf(const OnnxStep& step) {
    return step.graph.value(step.node.outputs.at(0));
}
const Shape& inputShape(const OnnxStep& step) {
    return step.graph.value(step.node.inputs.at(0)).shape;
}

/// The step's main node, named as its layer.
std::string mainNode(const OnnxStep& step, const std::string& op, const std::vector<std::string>& inputs,
                     const OnnxAttributes& attributes = {}) {
    return step.builder.addNode(op, step.node.layer, inputs, step.node.layer + "/" + op, attributes);
}

/// A further node of the step.
std::string sideNode(const OnnxStep& step, const std::string& op, const std::vector<std::string>& inputs) {
    const std::string name = step.node.layer + "/" + op;
    return step.builder.addNode(op, name, inputs, name);
}

std::string floatScalar(const OnnxStep& step, const std::string& name, double value) {
    return step.builder.addInitializer(step.node.layer + "/" + name, at::scalar_tensor(value, at::kFloat));
}

// ---- weights

at::Tensor toTensor(const std::vector<double>& values, bool scalar) {
    return scalar ? at::scalar_tensor(values.at(0), at::kFloat) : at::tensor(values, at::kFloat);
}

std::string quantizedBias(const OnnxStep& step) {
    const QNode& node = step.node;
    const QParams& input = *step.graph.value(node.inputs.at(0)).qparams;
    std::vector<double> scale;
    for (size_t o = 0; o < node.weightQParams->scale.size(); ++o) {
        scale.push_back(accumulatorScale(node, input, static_cast<int64_t>(o)));
    }
    return step.values.constant(node.layer + ".bias", integerBias(node, input),
                                toTensor(scale, !node.weightQParams->perChannel()), 0);
}

std::string biasTensor(const OnnxStep& step) {
    return step.node.weightInt ? quantizedBias(step)
                               : step.builder.addInitializer(step.node.layer + ".bias", *step.node.bias);
}

/// The weight; `transposed` swaps the extents of a linear layer's [O, I].
std::string weightTensor(const OnnxStep& step, bool transposed = false) {
    const QNode& node = step.node;
    const at::Tensor stored = node.weightInt ? *node.weightInt : *node.weight;
    const at::Tensor tensor = transposed ? stored.t() : stored;
    const std::string name = node.layer + ".weight";
    if (!node.weightInt) {
        return step.builder.addInitializer(name, tensor);
    }
    const QParams& qparams = *node.weightQParams;
    return step.values.constant(name, tensor, toTensor(qparams.scale, !qparams.perChannel()),
                                transposed ? 1 : 0);
}

// ---- ops

std::vector<int64_t> beginAndEnd(const std::vector<int64_t>& padding) {
    return {padding.at(0), padding.at(1), padding.at(0), padding.at(1)};
}

std::string emitConvolution(const OnnxStep& step) {
    const QNode& node = step.node;
    std::vector<std::string> inputs{step.values.real(node.inputs.at(0)), weightTensor(step)};
    if (node.bias) {
        inputs.push_back(biasTensor(step));
    }
    return mainNode(step, "Conv", inputs,
                    OnnxAttributes()
                        .add("kernel_shape", node.weight->sizes().slice(2).vec())
                        .add("strides", node.attrs.ints("stride"))
                        .add("pads", beginAndEnd(node.attrs.ints("padding")))
                        .add("dilations", node.attrs.ints("dilation"))
                        .add("group", node.attrs.get<int64_t>("groups", 1)));
}

/// Gemm for N x I, which runtimes have an integer kernel with bias for; MatMul and Add for more extents.
std::string emitLinear(const OnnxStep& step) {
    const QNode& node = step.node;
    const std::string x = step.values.real(node.inputs.at(0));
    if (inputShape(step).size() <= 2) {
        std::vector<std::string> inputs{x, weightTensor(step)};
        if (node.bias) {
            inputs.push_back(biasTensor(step));
        }
        return mainNode(step, "Gemm", inputs, OnnxAttributes().add("transB", int64_t{1}));
    }
    const std::string product = mainNode(step, "MatMul", {x, weightTensor(step, /*transposed=*/true)});
    return node.bias ? sideNode(step, "Add", {product, biasTensor(step)}) : product;
}

Tensor emitWeighted(const OnnxStep& step) {
    const QNode& node = step.node;
    const std::string product = node.op == "conv2d" ? emitConvolution(step) : emitLinear(step);
    if (!node.hasAdd) {
        return product;
    }
    const std::string addend = node.preAdd ? step.values.round(node.layer, product, *node.preAdd) : product;
    return sideNode(step, "Add", {addend, step.values.real(node.inputs.at(1))});
}

OnnxAttributes window(const Attributes& attrs) {
    return OnnxAttributes()
        .add("kernel_shape", attrs.ints("kernel"))
        .add("strides", attrs.ints("stride"))
        .add("pads", beginAndEnd(attrs.ints("padding")))
        .add("ceil_mode", int64_t{attrs.get<bool>("ceil_mode")});
}

Tensor emitMaxPool(const OnnxStep& step) {
    return mainNode(step, "MaxPool", {step.values.real(step.node.inputs.at(0))},
                    window(step.node.attrs).add("dilations", step.node.attrs.ints("dilation")));
}

Tensor emitAveragePool(const OnnxStep& step) {
    return mainNode(step, "AveragePool", {step.values.real(step.node.inputs.at(0))},
                    window(step.node.attrs)
                        .add("count_include_pad", int64_t{step.node.attrs.get<bool>("count_include_pad")}));
}

/// ONNX has no adaptive pooling, but windows of equal size are an ordinary one.
Tensor emitAdaptiveAveragePool(const OnnxStep& step) {
    const std::string x = step.values.real(step.node.inputs.at(0));
    const std::vector<int64_t> size = step.node.attrs.ints("output_size");
    if (size == std::vector<int64_t>{1, 1}) {
        return mainNode(step, "GlobalAveragePool", {x});
    }
    const Shape& shape = inputShape(step);
    if (shape.size() != 4 || shape[2] % size[0] != 0 || shape[3] % size[1] != 0) {
        return noForm(step.node, "adaptive_avg_pool2d to " + std::to_string(size[0]) + " x " +
                                     std::to_string(size[1]) + " with windows of unequal size");
    }
    const std::vector<int64_t> kernel{shape[2] / size[0], shape[3] / size[1]};
    return mainNode(step, "AveragePool", {x},
                    OnnxAttributes().add("kernel_shape", kernel).add("strides", kernel));
}

Tensor emitFlatten(const OnnxStep& step) {
    const std::string x = step.values.real(step.node.inputs.at(0));
    const Shape& shape = inputShape(step);
    const auto rank = static_cast<int64_t>(shape.size());
    const auto position = [&](const char* name) {
        const auto dim = step.node.attrs.get<int64_t>(name);
        return dim < 0 ? dim + rank : dim;
    };
    const int64_t start = position("start_dim"), end = position("end_dim");
    std::vector<int64_t> target(static_cast<size_t>(start), 0);  // 0 copies an extent
    target.push_back(-1);
    target.insert(target.end(), shape.begin() + end + 1, shape.end());
    return mainNode(step, "Reshape",
                    {x, step.builder.addInitializer(step.node.layer + "/shape", at::tensor(target))});
}

Tensor emitRelu(const OnnxStep& step) {
    return mainNode(step, "Relu", {step.values.real(step.node.inputs.at(0))});
}

Tensor emitClip(const OnnxStep& step) {
    const Attributes& attrs = step.node.attrs;
    return mainNode(
        step, "Clip",
        {step.values.real(step.node.inputs.at(0)), floatScalar(step, "min", attrs.get<double>("min")),
         floatScalar(step, "max", attrs.get<double>("max"))});
}

Tensor emitAdd(const OnnxStep& step) {
    return mainNode(step, "Add",
                    {step.values.real(step.node.inputs.at(0)), step.values.real(step.node.inputs.at(1))});
}

Tensor emitBatchNorm(const OnnxStep& step) {
    std::vector<std::string> inputs{step.values.real(step.node.inputs.at(0))};
    const char* const names[] = {".weight", ".bias", ".running_mean", ".running_var"};
    for (size_t i = 0; i < 4; ++i) {
        inputs.push_back(step.builder.addInitializer(step.node.layer + names[i], step.node.constants.at(i)));
    }
    return mainNode(step, "BatchNormalization", inputs,
                    OnnxAttributes().add("epsilon", static_cast<float>(step.node.attrs.get<double>("eps"))));
}

Tensor emitIdentity(const OnnxStep& step) {
    return step.values.real(step.node.inputs.at(0));
}

const auto& emitters() {
    static const std::map<std::string, std::function<Tensor(const OnnxStep&)>, std::less<>> table{
        {"adaptive_avg_pool2d", emitAdaptiveAveragePool},
        {"add", emitAdd},
        {"avg_pool2d", emitAveragePool},
        {"batch_norm", emitBatchNorm},
        {"clip", emitClip},
        {"conv2d", emitWeighted},
        {"flatten", emitFlatten},
        {"identity", emitIdentity},
        {"linear", emitWeighted},
        {"max_pool2d", emitMaxPool},
        {"relu", emitRelu},
    };
    return table;
}

/// Operators without an entry in engine/ops that ONNX has under another name, with no argument but the
/// tensor.
const std::map<std::string, std::string, std::less<>>& unaryOps() {
    static const std::map<std::string, std::string, std::less<>> table{
        {"aten::abs", "Abs"},         {"aten::ceil", "Ceil"}, {"aten::cos", "Cos"},
        {"aten::erf", "Erf"},         {"aten::exp", "Exp"},   {"aten::floor", "Floor"},
        {"aten::log", "Log"},         {"aten::neg", "Neg"},   {"aten::reciprocal", "Reciprocal"},
        {"aten::sigmoid", "Sigmoid"}, {"aten::sin", "Sin"},   {"aten::sqrt", "Sqrt"},
        {"aten::tanh", "Tanh"},
    };
    return table;
}

Tensor emitOp(const OnnxStep& step) {
    if (const auto emitter = emitters().find(step.node.op); emitter != emitters().end()) {
        return emitter->second(step);
    }
    if (const auto unary = unaryOps().find(step.node.op); unary != unaryOps().end()) {
        return mainNode(step, unary->second, {step.values.real(step.node.inputs.at(0))});
    }
    return noForm(step.node, "op " + step.node.op);
}

bool feedsFloatWeights(const OnnxStep& step) {
    const ValueId value = step.node.outputs.at(0);
    return std::any_of(step.graph.nodes.begin(), step.graph.nodes.end(), [&](const QNode& reader) {
        return reader.weight &&
               std::find(reader.inputs.begin(), reader.inputs.end(), value) != reader.inputs.end();
    });
}

/// Real numbers from here on. Between a DequantizeLinear and a QuantizeLinear, ONNX Runtime's
/// WeightBiasQuantization quantizes the weights of a float convolution too, and so undoes a restored layer. A
/// sum of one term means nothing and is not seen through: the layer stays in float.
std::string emitDequantize(const OnnxStep& step) {
    const std::string real = step.values.real(step.node.inputs.at(0));
    return feedsFloatWeights(step) ? sideNode(step, "Sum", {real}) : real;
}

/// The activation on real numbers. In front of a QuantizeLinear it is left out where the range of the
/// integers has to be narrowed anyway; where the type's own limits do its work it stays, because runtimes
/// recognise and absorb it.
std::string emitActivation(const OnnxStep& step, const std::string& x) {
    const FusedActivation& activation = step.node.activation;
    if (const auto& qparams = outputOf(step).qparams) {
        QParams whole = *qparams;
        const IntegerRange type = typeRange(whole);
        whole.quantMin = type.low;
        whole.quantMax = type.high;
        if (outputRange(whole, activation) != type) {
            return x;
        }
    }
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            return x;
        case FusedActivation::Kind::Relu:
            return sideNode(step, "Relu", {x});
        case FusedActivation::Kind::Clip:
            return sideNode(
                step, "Clip",
                {x, floatScalar(step, "min", activation.low), floatScalar(step, "max", activation.high)});
    }
    return x;
}

}  // namespace

Status emitOnnx(const OnnxStep& step) {
    const QNode& node = step.node;
    if (node.op == "quantize") {
        const QParams& qparams = *outputOf(step).qparams;
        step.values.setQuantized(node, node.outputs.at(0), step.values.real(node.inputs.at(0)),
                                 outputRange(qparams, {}));
        return {};
    }
    if (node.op == "dequantize") {
        step.values.setReal(node.outputs.at(0), emitDequantize(step));
        return {};
    }
    QS_ASSIGN(std::string result, emitOp(step));
    result = emitActivation(step, result);
    if (!outputOf(step).isInteger()) {
        step.values.setReal(node.outputs.at(0), result);
        return {};
    }
    const QParams& qparams = *outputOf(step).qparams;
    const OpDef* def = ops().find(node.op);
    const bool passThrough = def != nullptr && def->quant == QuantKind::PassThrough;
    // Values that only pass through are within the range already.
    step.values.setQuantized(node, node.outputs.at(0), result,
                             passThrough ? typeRange(qparams) : outputRange(qparams, node.activation));
    return {};
}

}  // namespace qs
