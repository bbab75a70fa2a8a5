#include "exporters/torchscript_ops.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_make_per_channel_quantized_tensor.h>
#include <ATen/ops/_make_per_tensor_quantized_tensor.h>
#include <ATen/ops/tensor.h>

#include <functional>
#include <map>

#include "exporters/integer_range.h"
#include "ops/op.h"

namespace qs {

namespace jit = torch::jit;

namespace {

using Arguments = std::vector<jit::NamedValue>;

const QValue& outputOf(const TorchScriptStep& step) {
    return step.graph.value(step.node.outputs.at(0));
}

std::string layerError(const QNode& node, const std::string& why) {
    return "layer " + node.layer + ": " + why;
}

c10::IValue orNone(const std::optional<at::Tensor>& tensor) {
    return tensor ? c10::IValue(*tensor) : c10::IValue();
}

/// The int8 weight as a qint8 tensor.
at::Tensor quantizedWeight(const QNode& node) {
    const QParams& qparams = *node.weightQParams;
    const at::Tensor weight = node.weightInt->contiguous();
    if (!qparams.perChannel()) {
        return at::_make_per_tensor_quantized_tensor(weight, qparams.scale.at(0), qparams.zeroPoint.at(0));
    }
    return at::_make_per_channel_quantized_tensor(weight, at::tensor(qparams.scale, at::kDouble),
                                                  at::tensor(qparams.zeroPoint, at::kLong), qparams.axis);
}

/// Runs a quantized::*_prepack operator; its result is a custom class object that saves weight and bias as
/// they were and packs again when it is loaded.
c10::IValue prepack(const std::string& op, std::vector<c10::IValue> arguments) {
    c10::Dispatcher::singleton().findSchemaOrThrow(op.c_str(), "").callBoxed(arguments);
    return arguments.at(0);
}

c10::IValue packedParameters(const QNode& node) {
    std::vector<c10::IValue> arguments{quantizedWeight(node), orNone(node.bias)};
    if (node.op == "linear") {
        return prepack("quantized::linear_prepack", std::move(arguments));
    }
    for (const char* name : {"stride", "padding", "dilation"}) {
        arguments.emplace_back(node.attrs.ints(name));
    }
    arguments.emplace_back(node.attrs.get<int64_t>("groups", 1));
    return prepack("quantized::conv2d_prepack", std::move(arguments));
}

/// Clamps a quantized tensor to the integers `wanted` where what made it may go beyond.
jit::Value* clampIntegers(const TorchScriptStep& step, jit::Value* value, const QParams& qparams,
                          const IntegerRange& made, const IntegerRange& wanted) {
    if (wanted.low <= made.low && wanted.high >= made.high) {
        return value;
    }
    const auto real = [&](int64_t q) {
        return qparams.scale.at(0) * static_cast<double>(q - qparams.zeroPoint.at(0));
    };
    // QNNPACK's clamp mixes up a channels-last tensor, which convolutions return. Seen as N, H, W, C it is an
    // ordinary contiguous one, at no cost.
    const bool image = outputOf(step).shape.size() == 4;
    if (image) {
        value = step.builder.call("aten::permute", {value, std::vector<int64_t>{0, 2, 3, 1}}, "");
    }
    value =
        step.builder.call("aten::clamp", {value, real(wanted.low), real(wanted.high)}, outputOf(step).name);
    return image ? step.builder.call("aten::permute", {value, std::vector<int64_t>{0, 3, 1, 2}}, "") : value;
}

/// A quantized:: operator that writes `qparams`, and the clamp that the step's activation and range still
/// need.
jit::Value* emitInteger(const TorchScriptStep& step, const std::string& op, Arguments arguments) {
    const QParams& qparams = *outputOf(step).qparams;
    const bool relu = step.node.activation.kind == FusedActivation::Kind::Relu;
    arguments.emplace_back(qparams.scale.at(0));
    arguments.emplace_back(qparams.zeroPoint.at(0));
    jit::Value* result = step.builder.call(relu ? op + "_relu" : op, arguments, outputOf(step).name);
    IntegerRange made = typeRange(qparams);
    if (relu) {
        made.low = qparams.zeroPoint.at(0);
    }
    return clampIntegers(step, result, qparams, made, outputRange(qparams, step.node.activation));
}

jit::Value* emitActivation(const TorchScriptStep& step, jit::Value* value) {
    const FusedActivation& activation = step.node.activation;
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            return value;
        case FusedActivation::Kind::Relu:
            return step.builder.call("aten::relu", {value}, "");
        case FusedActivation::Kind::Clip:
            return step.builder.call("aten::clamp", {value, activation.low, activation.high}, "");
    }
    return value;
}

jit::Value* emitQuantize(const TorchScriptStep& step, jit::Value* value) {
    const QParams& qparams = *outputOf(step).qparams;
    jit::Value* result = step.builder.call(
        "aten::quantize_per_tensor",
        {value, qparams.scale.at(0), qparams.zeroPoint.at(0), static_cast<int64_t>(at::kQUInt8)},
        outputOf(step).name);
    return clampIntegers(step, result, qparams, typeRange(qparams), outputRange(qparams, {}));
}

jit::Value* emitIntegerWeighted(const TorchScriptStep& step) {
    const QNode& node = step.node;
    const std::string op = "quantized::" + node.op;
    jit::Value* packed = step.builder.addAttribute(node.layer, "_packed_params", packedParameters(node));
    if (!node.hasAdd) {
        return emitInteger(step, op, {step.inputs.at(0), packed});
    }
    // Not clamped to its quantMax: the engine does not round here at all, so the widest range is the nearest.
    const QParams& between = node.preAdd.value();
    jit::Value* product =
        step.builder.call(op, {step.inputs.at(0), packed, between.scale.at(0), between.zeroPoint.at(0)},
                          outputOf(step).name + "_sum");
    return emitInteger(step, "quantized::add", {product, step.inputs.at(1)});
}

jit::Value* emitFloatWeighted(const TorchScriptStep& step) {
    const QNode& node = step.node;
    Arguments arguments{step.inputs.at(0), step.builder.addAttribute(node.layer, "weight", *node.weight)};
    arguments.emplace_back(node.bias ? step.builder.addAttribute(node.layer, "bias", *node.bias)
                                     : step.builder.constant({}));
    if (node.op == "conv2d") {
        for (const char* name : {"stride", "padding", "dilation"}) {
            arguments.emplace_back(node.attrs.ints(name));
        }
        arguments.emplace_back(node.attrs.get<int64_t>("groups", 1));
    }
    jit::Value* result = step.builder.call("aten::" + node.op, arguments, outputOf(step).name);
    if (node.hasAdd) {
        result = step.builder.call("aten::add", {result, step.inputs.at(1), int64_t{1}}, "");
    }
    return emitActivation(step, result);
}

jit::Value* emitAdd(const TorchScriptStep& step) {
    if (step.graph.isInteger(step.node)) {
        return emitInteger(step, "quantized::add", {step.inputs.at(0), step.inputs.at(1)});
    }
    return emitActivation(step,
                          step.builder.call("aten::add", {step.inputs.at(0), step.inputs.at(1), int64_t{1}},
                                            outputOf(step).name));
}

jit::Value* emitBatchNorm(const TorchScriptStep& step) {
    Arguments arguments{step.inputs.at(0)};
    const char* const names[] = {"weight", "bias", "running_mean", "running_var"};
    for (size_t i = 0; i < 4; ++i) {
        arguments.emplace_back(
            step.builder.addAttribute(step.node.layer, names[i], step.node.constants.at(i)));
    }
    arguments.emplace_back(false);  // training
    arguments.emplace_back(0.1);    // momentum, unused
    arguments.emplace_back(step.node.attrs.get<double>("eps"));
    arguments.emplace_back(false);  // cudnn_enabled
    return step.builder.call("aten::batch_norm", arguments, outputOf(step).name);
}

/// What follows the activations in the aten:: operator of the same name; the same call serves float tensors
/// and, for ops that pass integers through, quantized ones.
const std::map<std::string, std::function<Arguments(const Attributes&)>, std::less<>>& plainOps() {
    static const std::map<std::string, std::function<Arguments(const Attributes&)>, std::less<>> table{
        {"adaptive_avg_pool2d", [](const Attributes& a) { return Arguments{a.ints("output_size")}; }},
        {"avg_pool2d",
         [](const Attributes& a) {
             return Arguments{a.ints("kernel"),
                              a.ints("stride"),
                              a.ints("padding"),
                              a.get<bool>("ceil_mode"),
                              a.get<bool>("count_include_pad"),
                              c10::IValue()};
         }},
        {"clip",
         [](const Attributes& a) {
             return Arguments{a.get<double>("min"), a.get<double>("max")};
         }},
        {"flatten",
         [](const Attributes& a) {
             return Arguments{a.get<int64_t>("start_dim"), a.get<int64_t>("end_dim")};
         }},
        {"max_pool2d",
         [](const Attributes& a) {
             return Arguments{a.ints("kernel"), a.ints("stride"), a.ints("padding"), a.ints("dilation"),
                              a.get<bool>("ceil_mode")};
         }},
        {"relu", [](const Attributes&) { return Arguments{}; }},
    };
    return table;
}

jit::Value* emitPlain(const TorchScriptStep& step, jit::Value* input) {
    Arguments arguments{input};
    for (jit::NamedValue& argument : plainOps().at(step.node.op)(step.node.attrs)) {
        arguments.push_back(std::move(argument));
    }
    const std::string op = step.node.op == "clip" ? "clamp" : step.node.op;
    return step.builder.call("aten::" + op, arguments, outputOf(step).name);
}

/// relu and clip on their own, in integers: the output has qparams of its own, and no quantized:: operator
/// rescales.
jit::Value* emitRequantized(const TorchScriptStep& step) {
    jit::Value* real = step.builder.call("aten::dequantize", {step.inputs.at(0)}, "");
    return emitQuantize(step, emitPlain(step, real));
}

/// An operator that only LibTorch's dispatcher knows (engine/ops/opaque.h).
std::vector<jit::Value*> emitOpaque(const TorchScriptStep& step) {
    const Attributes& attrs = step.node.attrs;
    Arguments arguments;
    auto next = step.inputs.begin();
    for (const std::string& argument : attrs.get<std::vector<std::string>>("arguments")) {
        if (argument == "tensor") {
            arguments.emplace_back(*next++);
        } else if (argument.starts_with("list:")) {
            const auto end = next + std::stoi(argument.substr(5));
            arguments.emplace_back(step.builder.list({next, end}));
            next = end;
        } else {
            const std::string name = argument.substr(std::string("constant:").size());
            const auto constant = attrs.get<c10::IValue>(name);
            arguments.emplace_back(constant.isTensor()
                                       ? step.builder.addAttribute(step.node.layer, name, constant)
                                       : step.builder.constant(constant));
        }
    }
    jit::Value* result = step.builder.call(step.node.op, arguments, outputOf(step).name);
    return step.builder.unpack(result, step.node.outputs.size());
}

}  // namespace

Result<std::vector<jit::Value*>> emitTorchScript(const TorchScriptStep& step) {
    using Values = std::vector<jit::Value*>;
    const QNode& node = step.node;
    const bool integer = !node.isBoundary() && step.graph.isInteger(node);
    if (outputOf(step).isInteger() && outputOf(step).qparams->dtype != DType::UInt8) {
        return failure(layerError(node, "TorchScript's quantized kernels take uint8 activations, not " +
                                            std::string(toString(outputOf(step).qparams->dtype)) +
                                            "; choose a preset with uint8 activations for it"));
    }
    if (node.op == "quantize") {
        return Values{emitQuantize(step, step.inputs.at(0))};
    }
    if (node.op == "dequantize") {
        return Values{step.builder.call("aten::dequantize", {step.inputs.at(0)}, outputOf(step).name)};
    }
    if (node.op == "conv2d" || node.op == "linear") {
        return Values{integer ? emitIntegerWeighted(step) : emitFloatWeighted(step)};
    }
    if (node.op == "add") {
        return Values{emitAdd(step)};
    }
    if (node.op == "batch_norm") {
        return Values{emitActivation(step, emitBatchNorm(step))};
    }
    if (node.op == "identity") {
        return Values{step.inputs.at(0)};
    }
    if (const OpDef* def = ops().find(node.op); plainOps().contains(node.op)) {
        const bool requantized = integer && def->quant == QuantKind::Observed;
        return Values{requantized ? emitRequantized(step) : emitPlain(step, step.inputs.at(0))};
    }
    if (!integer && node.op.find("::") != std::string::npos) {
        return emitOpaque(step);
    }
    return failure(layerError(node, "op " + node.op + " has no " + (integer ? "integer " : "") +
                                        "form in TorchScript" +
                                        (integer ? "; restore the layer to FP32" : "")));
}

}  // namespace qs
