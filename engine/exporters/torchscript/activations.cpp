// Functions of one tensor.

#include "exporters/torchscript/qnnpack_limits.h"
#include "exporters/torchscript/step.h"

namespace qs {

namespace {

using Integer = std::optional<TorchScriptValues>;
using IntegerForm = std::function<Integer(const TorchScriptStep&)>;

TorchScriptForm withInteger(TorchScriptForm form, const IntegerForm& integer) {
    form.integer = integer;
    return form;
}

/// quantized::`op` on the input, with the output's scale and zero point behind `before` and before `after`.
IntegerForm requantizing(const std::string& op, const TrailingArguments& before,
                         const TrailingArguments& after = {}) {
    return [=](const TorchScriptStep& step) -> Integer {
        if (step.node.activation.kind != FusedActivation::Kind::None) {
            return std::nullopt;
        }
        TorchScriptArguments arguments{step.inputs.at(0)};
        const TorchScriptArguments more = before ? before(step.node.attrs) : TorchScriptArguments{};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return TorchScriptValues{step.callQuantized("quantized::" + op, arguments, /*reluForm=*/false,
                                                    after ? after(step.node.attrs) : TorchScriptArguments{})};
    };
}

/// The same with the one grid that QNNPACK has for its output.
TorchScriptForm withIntegerOnto(TorchScriptForm form, const std::string& op, double scale,
                                int64_t zeroPoint) {
    form.integer = requantizing(op, {});
    form.whyNoInteger = [scale, zeroPoint](const TorchScriptStep& step) {
        return whyNotOnQnnpackGrid(*step.output().qparams, scale, zeroPoint);
    };
    return form;
}

/// y = clamp(alpha * x + beta, 0, 1); only with PyTorch's own constants is it one operator.
TorchScriptValues emitHardSigmoid(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const double alpha = step.node.attrs.get<double>("alpha"), beta = step.node.attrs.get<double>("beta");
    if (alpha == 1.0 / 6 && beta == 0.5) {
        return {step.builder.call("aten::hardsigmoid", {operands.at(0)}, step.output().name)};
    }
    torch::jit::Value* line = step.call("aten::add", {step.call("aten::mul", {operands.at(0), alpha}), beta});
    return {step.builder.call("aten::clamp", {line, 0.0, 1.0}, step.output().name)};
}

TorchScriptValues emitGelu(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const auto approximate = step.node.attrs.get<std::string>("approximate", "none");
    return {step.builder.call("aten::gelu", {operands.at(0)}, step.output().name,
                              {{"approximate", c10::IValue(approximate)}})};
}

TorchScriptArguments eluArguments(const Attributes& a) {
    return {a.get<double>("alpha", 1), a.get<double>("scale", 1), a.get<double>("input_scale", 1)};
}

}  // namespace

void register_activations(TorchScriptForms& forms) {
    forms.add("clip", callForm("aten::clamp", [](const Attributes& a) {
                  TorchScriptArguments bounds;
                  bounds.push_back(TorchScriptStep::bound(a.get<double>("min")));
                  bounds.push_back(TorchScriptStep::bound(a.get<double>("max")));
                  return bounds;
              }));
    forms.add("elu", withInteger(callForm("aten::elu", eluArguments), requantizing("elu", {}, eluArguments)));
    forms.add("gelu", {emitGelu});
    forms.add("hard_sigmoid", {emitHardSigmoid});
    forms.add("hard_swish", withInteger(callForm("aten::hardswish"), requantizing("hardswish", {})));
    forms.add("leaky_relu", withInteger(callForm("aten::leaky_relu",
                                                 [](const Attributes& a) {
                                                     return TorchScriptArguments{a.get<double>("slope")};
                                                 }),
                                        requantizing("leaky_relu", [](const Attributes& a) {
                                            return TorchScriptArguments{a.get<double>("slope"), false};
                                        })));
    forms.add("prelu", callForm("aten::prelu"));
    forms.add("relu", callForm("aten::relu"));
    forms.add("sigmoid", withIntegerOnto(callForm("aten::sigmoid"), "sigmoid", 1.0 / 256, 0));
    forms.add("silu", callForm("aten::silu"));
    forms.add("softmax", callForm("aten::softmax", [](const Attributes& a) {
                  return TorchScriptArguments{a.get<int64_t>("dim"), c10::IValue()};
              }));
    forms.add("tanh", callForm("aten::tanh"));
}

}  // namespace qs
