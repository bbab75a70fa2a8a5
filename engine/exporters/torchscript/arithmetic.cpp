// Functions of several tensors, and normalizations.

#include "exporters/torchscript/qnnpack_limits.h"
#include "exporters/torchscript/step.h"

namespace qs {

namespace {

using Integer = std::optional<TorchScriptValues>;

/// Two activations of one shape: LibTorch's engines do not all broadcast.
bool isPlainPair(const TorchScriptStep& step) {
    return step.node.constants.empty() && step.inputs.size() == 2 &&
           step.input(0).shape == step.input(1).shape;
}

Integer addIntegers(const TorchScriptStep& step) {
    if (!isPlainPair(step)) {
        return std::nullopt;
    }
    return TorchScriptValues{
        step.callQuantized("quantized::add", {step.inputs[0], step.inputs[1]}, /*reluForm=*/true)};
}

Integer multiplyIntegers(const TorchScriptStep& step) {
    if (!isPlainPair(step)) {
        return std::nullopt;
    }
    return TorchScriptValues{
        step.callQuantized("quantized::mul", {step.inputs[0], step.inputs[1]}, /*reluForm=*/true)};
}

TorchScriptValues concatenate(const TorchScriptStep& step, const TorchScriptValues& operands) {
    return {step.builder.call("aten::cat", {step.builder.list(operands), step.node.attrs.get<int64_t>("dim")},
                              step.output().name)};
}

Integer concatenateIntegers(const TorchScriptStep& step) {
    if (!step.node.constants.empty()) {
        return std::nullopt;
    }
    return TorchScriptValues{step.callQuantized(
        "quantized::cat", {step.builder.list(step.inputs), step.node.attrs.get<int64_t>("dim")},
        /*reluForm=*/true)};
}

/// [..., normalized_shape] with weight and bias.
TorchScriptValues normalizeLayer(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const Attributes& attrs = step.node.attrs;
    return {step.builder.call("aten::layer_norm",
                              {operands.at(0), attrs.ints("normalized_shape"), operands.at(1), operands.at(2),
                               attrs.get<double>("eps"), false},
                              step.output().name)};
}

}  // namespace

void register_arithmetic(TorchScriptForms& forms) {
    TorchScriptForm add = callForm("aten::add");
    add.integer = addIntegers;
    add.whyNoInteger = [](const TorchScriptStep& step) {
        return isPlainPair(step)
                   ? whyNoQnnpackSum(*step.input(0).qparams, *step.input(1).qparams, *step.output().qparams)
                   : "";
    };
    forms.add("add", add);
    TorchScriptForm mul = callForm("aten::mul");
    mul.integer = multiplyIntegers;
    forms.add("mul", mul);
    forms.add("cat", {concatenate, concatenateIntegers});
    forms.add("matmul", callForm("aten::matmul"));
    forms.add("layer_norm", {normalizeLayer});
    forms.add("batch_norm", callForm("aten::batch_norm", [](const Attributes& a) {
                  // training; momentum, unused; eps; cudnn_enabled
                  return TorchScriptArguments{false, 0.1, a.get<double>("eps"), false};
              }));
}

}  // namespace qs
