#include "exporters/onnx/step.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "ops/op.h"

namespace qs {

OnnxStep::OnnxStep(const QuantizedGraph& graph, const QNode& node, OnnxBuilder& builder, OnnxValues& values)
    : graph_(graph),
      node_(node),
      builder_(builder),
      values_(values),
      operands_(operandsOf(node)),
      arguments_(node) {}

std::string OnnxStep::tensor(size_t i) const {
    const Operand& operand = operands_.at(i);
    return operand.isConstant() ? builder_.addInitializer(node_.layer + "." + operand.name, operand.constant)
                                : values_.real(operand.value);
}

Shape OnnxStep::shape(size_t i) const {
    const Operand& operand = operands_.at(i);
    return operand.isConstant() ? operand.constant.sizes().vec() : graph_.value(operand.value).shape;
}

at::ScalarType OnnxStep::dtype(size_t i) const {
    const Operand& operand = operands_.at(i);
    return operand.isConstant() ? operand.constant.scalar_type() : graph_.value(operand.value).dtype;
}

int64_t OnnxStep::fromFront(int64_t axis, size_t i) const {
    return axis < 0 ? axis + static_cast<int64_t>(rank(i)) : axis;
}

std::string OnnxStep::main(const std::string& op, const std::vector<std::string>& inputs,
                           const OnnxAttributes& attributes) const {
    return builder_.addNode(op, node_.layer, inputs, node_.layer + "/" + op, attributes);
}

std::string OnnxStep::side(const std::string& op, const std::vector<std::string>& inputs,
                           const OnnxAttributes& attributes) const {
    const std::string name = node_.layer + "/" + op;
    return builder_.addNode(op, name, inputs, name, attributes);
}

std::vector<std::string> OnnxStep::mainSeveral(const std::string& op, const std::vector<std::string>& inputs,
                                               const OnnxAttributes& attributes) const {
    return builder_.addNode(op, node_.layer, inputs, node_.layer + "/" + op, node_.outputs.size(),
                            attributes);
}

std::string OnnxStep::scalar(double value, at::ScalarType dtype) const {
    return constant("scalar", at::scalar_tensor(value, dtype));
}

std::string OnnxStep::integers(const std::vector<int64_t>& values) const {
    return constant("integers", at::tensor(values, at::kLong));
}

std::string OnnxStep::floats(const std::vector<double>& values) const {
    return constant("floats", at::tensor(values, at::kFloat));
}

std::string OnnxStep::constant(const std::string& name, const at::Tensor& tensor) const {
    return builder_.addInitializer(node_.layer + "/" + name, tensor);
}

std::string OnnxStep::cast(const std::string& tensor, at::ScalarType to) const {
    return side("Cast", {tensor}, OnnxAttributes().add("to", static_cast<int64_t>(onnxType(to))));
}

Error OnnxStep::noForm(const std::string& what) const {
    return failure("layer " + node_.layer + ": " + what + " has no ONNX form at opset " +
                   std::to_string(OnnxBuilder::opset) +
                   "; restoring the layer does not help, export TorchScript (.pt)");
}

Error OnnxStep::noForm() const {
    return noForm(isCarried(node_) ? "this form of " + node_.op : "op " + node_.op);
}

OnnxForm single(const std::function<OnnxResult(const OnnxStep&)>& form) {
    return [form](const OnnxStep& step) -> OnnxResults {
        QS_ASSIGN(std::string result, form(step));
        return std::vector<std::string>{std::move(result)};
    };
}

OnnxForm nodeForm(const std::string& op) {
    return [op](const OnnxStep& step) -> OnnxResults {
        std::vector<std::string> tensors;
        for (size_t i = 0; i < step.operandCount(); ++i) {
            tensors.push_back(step.tensor(i));
        }
        return std::vector<std::string>{step.main(op, tensors)};
    };
}

namespace {

bool feedsFloatWeights(const OnnxStep& step) {
    const ValueId value = step.node().outputs.at(0);
    const std::vector<QNode>& nodes = step.graph().nodes;
    return std::any_of(nodes.begin(), nodes.end(), [&](const QNode& reader) {
        return reader.weight &&
               std::find(reader.inputs.begin(), reader.inputs.end(), value) != reader.inputs.end();
    });
}

/// Real numbers from here on. Between a DequantizeLinear and a QuantizeLinear, ONNX Runtime's
/// WeightBiasQuantization quantizes the weights of a float convolution too, and so undoes a restored layer. A
/// sum of one term means nothing and is not seen through: the layer stays in float.
std::string emitDequantize(const OnnxStep& step) {
    const std::string real = step.values().real(step.node().inputs.at(0));
    return feedsFloatWeights(step) ? step.side("Sum", {real}) : real;
}

/// The activation on real numbers. In front of a QuantizeLinear it is left out where the range of the
/// integers has to be narrowed anyway; where the type's own limits do its work it stays, because runtimes
/// recognise and absorb it.
std::string emitActivation(const OnnxStep& step, const std::string& x) {
    const FusedActivation& activation = step.node().activation;
    if (const auto& qparams = step.output().qparams) {
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
            return step.side("Relu", {x});
        case FusedActivation::Kind::Clip:
            return step.side("Clip", {x, step.scalar(activation.low), step.scalar(activation.high)});
    }
    return x;
}

/// Output `i` is the tensor `result`, quantized where the step's results are integers.
void setResult(const OnnxStep& step, size_t i, const std::string& result) {
    const QValue& output = step.output(i);
    if (!output.isInteger()) {
        step.values().setReal(output.id, result);
        return;
    }
    const OpDef* def = ops().find(step.node().op);
    const bool passThrough = def != nullptr && def->quant == QuantKind::PassThrough;
    // Values that only pass through are within the range already.
    const IntegerRange range =
        passThrough ? typeRange(*output.qparams) : outputRange(*output.qparams, step.node().activation);
    step.values().setQuantized(step.node(), output.id, result, range);
}

}  // namespace

Status emitOnnx(const OnnxStep& step) {
    const QNode& node = step.node();
    if (node.op == "quantize") {
        setResult(step, 0, step.values().real(node.inputs.at(0)));
        return {};
    }
    if (node.op == "dequantize") {
        step.values().setReal(node.outputs.at(0), emitDequantize(step));
        return {};
    }
    const OnnxForm* form = onnxForms().find(node.op);
    if (form == nullptr) {
        return step.noForm("op " + node.op);
    }
    QS_ASSIGN(std::vector<std::string> results, (*form)(step));
    results.at(0) = emitActivation(step, results[0]);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        setResult(step, i, results.at(i));
    }
    return {};
}

}  // namespace qs
