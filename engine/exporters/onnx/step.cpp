#include "exporters/onnx/step.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "exporters/onnx/channel_affine.h"
#include "ops/op.h"

namespace qs {

namespace {

/// The op without its operator set.
std::string shortName(const std::string& op) {
    const size_t at = op.find("::");
    return at == std::string::npos ? op : op.substr(at + 2);
}

}  // namespace

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

std::string OnnxStep::shaped(size_t i) const {
    const Operand& operand = operands_.at(i);
    return !operand.isConstant() && graph_.value(operand.value).isInteger()
               ? values_.integers(operand.value).tensor
               : tensor(i);
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

std::optional<int64_t> OnnxStep::axisArgument(size_t argument) const {
    const auto axis = arguments().integer(argument);
    return axis ? std::optional(fromFront(*axis)) : std::nullopt;
}

std::string OnnxStep::main(const std::string& op, const std::vector<std::string>& inputs,
                           const OnnxAttributes& attributes) const {
    return builder_.addNode(op, node_.layer, inputs, node_.layer + "/" + shortName(op), attributes);
}

std::string OnnxStep::side(const std::string& op, const std::vector<std::string>& inputs,
                           const OnnxAttributes& attributes) const {
    const std::string name = node_.layer + "/" + shortName(op);
    return builder_.addNode(op, name, inputs, name, attributes);
}

std::vector<std::string> OnnxStep::mainSeveral(const std::string& op, const std::vector<std::string>& inputs,
                                               const OnnxAttributes& attributes) const {
    return builder_.addNode(op, node_.layer, inputs, node_.layer + "/" + shortName(op), node_.outputs.size(),
                            attributes);
}

std::string OnnxStep::scalar(double value, at::ScalarType dtype) const {
    constexpr double most = std::numeric_limits<float>::max();
    const bool isBeyond = dtype == at::kFloat && std::isfinite(value) && std::abs(value) > most;
    return constant("scalar", at::scalar_tensor(isBeyond ? std::copysign(most, value) : value, dtype));
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

std::string OnnxStep::between(const std::string& tensor) const {
    if (!isInteger() || !profile().fusesEachNode) {
        return tensor;
    }
    QParams whole = *output().qparams;
    const IntegerRange type = typeRange(whole);
    whole.quantMin = type.low;
    whole.quantMax = type.high;
    return values_.round(node_.layer, tensor, whole);
}

std::string OnnxStep::reduce(const std::string& op, const std::string& x, const std::vector<int64_t>& axes,
                             bool keepdim, bool isMain) const {
    constexpr int axesAreInput = 18;
    OnnxAttributes attributes;
    attributes.add("keepdims", int64_t{keepdim});
    std::vector<std::string> inputs{x};
    if (op == "ReduceSum" || opset() >= axesAreInput) {
        inputs.push_back(integers(axes));
    } else {
        attributes.add("axes", axes);
    }
    return isMain ? main(op, inputs, attributes) : side(op, inputs, attributes);
}

std::vector<std::string> OnnxStep::split(int64_t axis, size_t count) const {
    constexpr int countIsAttribute = 18;
    OnnxAttributes attributes;
    attributes.add("axis", axis);
    if (opset() >= countIsAttribute) {
        attributes.add("num_outputs", static_cast<int64_t>(count));
    }
    const std::string name = node_.layer + "/Split";
    return builder_.addNode("Split", name, {tensor(0)}, name, count, attributes);
}

Error OnnxStep::noForm(const std::string& what) const {
    return failure("layer " + node_.layer + ": " + what + " has no ONNX form at opset " +
                   std::to_string(opset()) + "; restoring the layer does not help, export TorchScript (.pt)");
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
    return step.profile().fusesEachNode && feedsFloatWeights(step) ? step.side("Sum", {real}) : real;
}

/// Real numbers between two grids. Where nothing stands between a DequantizeLinear and a QuantizeLinear, ONNX
/// Runtime makes one grid of the two; it does not see through a sum of one term.
std::string emitBetweenGrids(const OnnxStep& step) {
    return step.side("Sum", {step.values().real(step.node().inputs.at(0))});
}

/// What comes last in the step: its activation, or the op itself where that is one.
FusedActivation lastActivation(const OnnxStep& step) {
    const QNode& node = step.node();
    return roleOf(node.op) == OpRole::Clamp ? clampOf(node.op, node.attrs) : node.activation;
}

std::string clip(const OnnxStep& step, const std::string& x, double low, double high) {
    return step.side("Clip", {x, step.bound(low), step.bound(high)});
}

bool passesThrough(const OnnxStep& step) {
    return keepsGrid(step.graph(), step.node());
}

/// Whether `qparams` leave integers of the type unused.
bool hasReducedRange(const QParams& qparams) {
    return IntegerRange{qparams.quantMin, qparams.quantMax} != typeRange(qparams);
}

std::string activate(const OnnxStep& step, const std::string& x, const FusedActivation& activation) {
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            return x;
        case FusedActivation::Kind::Relu:
            return step.side("Relu", {x});
        case FusedActivation::Kind::Clip:
            return clip(step, x, activation.low, activation.high);
    }
    return x;
}

/// Whether saturation at the type's limits does what the activation does.
bool isAbsorbed(const QParams& qparams, const FusedActivation& activation) {
    QParams whole = qparams;
    const IntegerRange type = typeRange(whole);
    whole.quantMin = type.low;
    whole.quantMax = type.high;
    return outputRange(whole, activation) == type;
}

/// ... and ONNX Runtime sees that. Bounds that only rounding takes to the type's limits it sees in one of its
/// passes and not in another, and refuses what comes out.
bool isSeenAsAbsorbed(const QParams& qparams, const FusedActivation& activation) {
    const IntegerRange type = typeRange(qparams);
    const auto real = [&](int64_t q) {
        return static_cast<float>(qparams.scale.at(0)) * static_cast<float>(q - qparams.zeroPoint.at(0));
    };
    return isAbsorbed(qparams, activation) && (activation.kind != FusedActivation::Kind::Clip ||
                                               (static_cast<float>(activation.low) <= real(type.low) &&
                                                static_cast<float>(activation.high) >= real(type.high)));
}

/// The activation on real numbers, and the narrowing of the result's range where that comes before it is
/// quantized. Where the integers are narrowed behind it, the activation is left out; but where the type's own
/// limits do its work it stays, because runtimes recognise and absorb it.
std::string emitActivation(const OnnxStep& step, const std::string& x) {
    const auto& qparams = step.output().qparams;
    if (!qparams || passesThrough(step)) {
        return activate(step, x, step.node().activation);
    }
    const FusedActivation activation = lastActivation(step);
    if (step.profile().narrowing == OnnxProfile::Narrowing::Integers) {
        const bool isKept = isSeenAsAbsorbed(*qparams, activation) && !step.profile().integerOperators;
        return isKept ? activate(step, x, step.node().activation) : x;
    }
    if (!hasReducedRange(*qparams)) {
        const bool isIdle = isAbsorbed(*qparams, activation) && !isSeenAsAbsorbed(*qparams, activation);
        return isIdle ? x : activate(step, x, step.node().activation);
    }
    const IntegerRange range = outputRange(*qparams, activation);
    const auto real = [&](int64_t q) {
        return static_cast<double>(q - qparams->zeroPoint.at(0)) * qparams->scale.at(0);
    };
    return clip(step, x, real(range.low), real(range.high));
}

/// Output `i` is the tensor `result`, quantized where the step's results are integers.
void setResult(const OnnxStep& step, size_t i, const std::string& result) {
    const QValue& output = step.output(i);
    if (!output.isInteger()) {
        step.values().setReal(output.id, result);
        return;
    }
    // Values that only pass through are within the range already.
    const bool within = passesThrough(step) || step.profile().narrowing == OnnxProfile::Narrowing::Reals;
    const IntegerRange range =
        within ? typeRange(*output.qparams) : outputRange(*output.qparams, lastActivation(step));
    step.values().setQuantized(step.node(), output.id, result, range);
}

}  // namespace

Status emitOnnx(const OnnxStep& step) {
    const QNode& node = step.node();
    if (node.op == "quantize") {
        setResult(step, 0, emitActivation(step, step.values().real(node.inputs.at(0))));
        return {};
    }
    if (node.op == "requantize") {
        setResult(step, 0, emitActivation(step, emitBetweenGrids(step)));
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
    std::vector<std::string> results{};
    // Not a DequantizeLinear and a QuantizeLinear alone: ONNX Runtime makes one grid of the two.
    if (const auto rescaled = roleOf(node.op) == OpRole::Clamp ? channelAffine(step) : std::nullopt) {
        results.push_back(*rescaled);
    } else {
        QS_ASSIGN(results, (*form)(step));
    }
    results.at(0) = emitActivation(step, results[0]);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        setResult(step, i, results.at(i));
    }
    return {};
}

}  // namespace qs
