// Convolutions and linear layers.

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_make_per_channel_quantized_tensor.h>
#include <ATen/ops/_make_per_tensor_quantized_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "exporters/torchscript/qnnpack_limits.h"
#include "exporters/torchscript/step.h"
#include "ops/integer_bias.h"
#include "ops/quantized_engine.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// Attributes of a weighted op in the order in which its operators take them.
using Geometry = std::vector<const char*>;

/// Tells grids apart.
std::string gridText(const QParams& grid) {
    std::string bytes = std::to_string(grid.axis);
    bytes.append(reinterpret_cast<const char*>(grid.scale.data()), grid.scale.size() * sizeof(double));
    bytes.append(reinterpret_cast<const char*>(grid.zeroPoint.data()),
                 grid.zeroPoint.size() * sizeof(int64_t));
    return bytes;
}

/// The int8 weight as a qint8 tensor; filters of images with their channels last, as LibTorch packs them, so
/// that it keeps this tensor and modules that share it store it once.
at::Tensor quantizedWeight(const TorchScriptStep& step) {
    const QNode& node = step.node;
    const QParams& qparams = *node.weightQParams;
    return step.builder.once(*node.weightInt, gridText(qparams), [&] {
        const at::Tensor weight = node.weightInt->contiguous();
        const at::Tensor quantized =
            qparams.perChannel()
                ? at::_make_per_channel_quantized_tensor(weight, at::tensor(qparams.scale, at::kDouble),
                                                         at::tensor(qparams.zeroPoint, at::kLong),
                                                         qparams.axis)
                : at::_make_per_tensor_quantized_tensor(weight, qparams.scale.at(0), qparams.zeroPoint.at(0));
        return weight.dim() == 4 ? quantized.contiguous(at::MemoryFormat::ChannelsLast) : quantized;
    });
}

c10::IValue geometryValue(const QNode& node, const std::string& name) {
    return name == "groups" ? c10::IValue(node.attrs.get<int64_t>("groups", 1))
                            : c10::IValue(node.attrs.ints(name));
}

/// The bias in real units as int32 arithmetic sees it. LibTorch's oneDNN adds the bias that it is given as it
/// is, QNNPACK rounds it: with this one they do the same.
at::Tensor roundedBias(const QNode& node, const QParams& input) {
    at::Tensor bias = integerBias(node, input).to(at::kDouble);
    for (int64_t o = 0; o < bias.size(0); ++o) {
        bias.data_ptr<double>()[o] *= accumulatorScale(node, input, o);
    }
    return bias.to(at::kFloat);
}

/// The result of quantized::*_prepack: a custom class object that saves weight and bias as they were and
/// packs again when it is loaded. Each layer has its own, for QNNPACK keeps a layer's scales in it; QNNPACK
/// alone keeps the very weight that it is given, so that layers which share it store it once. But where there
/// is no bias it saves one of zeros, and it packs no filters of volumes.
c10::IValue packedParameters(const TorchScriptStep& step, const Geometry& geometry) {
    const QNode& node = step.node;
    const at::Tensor weight = quantizedWeight(step);
    std::vector<c10::IValue> stack{
        weight, node.bias ? c10::IValue(roundedBias(node, *step.input(0).qparams)) : c10::IValue()};
    for (const char* name : geometry) {
        stack.push_back(geometryValue(node, name));
    }
    const bool keeps = node.bias && weight.dim() != 5 && QuantizedEngine::isHere(at::QEngine::QNNPACK);
    const QuantizedEngine engine(keeps ? at::QEngine::QNNPACK : anyQuantizedEngine());
    const std::string op = "quantized::" + node.op + "_prepack";
    c10::Dispatcher::singleton().findSchemaOrThrow(op.c_str(), "").callBoxed(stack);
    return stack.at(0);
}

TorchScriptValues emitInteger(const TorchScriptStep& step, const Geometry& packing, bool reluForm) {
    const QNode& node = step.node;
    const std::string op = "quantized::" + node.op;
    jit::Value* packed =
        step.builder.addAttribute(node.layer, "_packed_params", packedParameters(step, packing));
    if (!node.hasAdd) {
        return {step.callQuantized(op, {step.inputs.at(0), packed}, reluForm)};
    }
    const QParams& between = *node.preAdd;
    jit::Value* product =
        step.builder.call(op, {step.inputs.at(0), packed, between.scale.at(0), between.zeroPoint.at(0)},
                          step.output().name + "_sum");
    return {step.callQuantized("quantized::add", {product, step.inputs.at(1)}, /*reluForm=*/true)};
}

jit::Value* realWeight(const TorchScriptStep& step) {
    const QNode& node = step.node;
    if (node.compute == Compute::BFloat16) {
        return step.call(
            "aten::to",
            {step.builder.addAttribute(
                 node.layer, "weight",
                 step.builder.once(*node.weight, "bfloat16", [&] { return node.weight->to(at::kBFloat16); })),
             static_cast<int64_t>(at::kFloat), false, false, c10::IValue()});
    }
    if (!node.weightInt) {
        return step.builder.addAttribute(node.layer, "weight", *node.weight);
    }
    return step.call("aten::dequantize",
                     {step.builder.addAttribute(node.layer, "weight", quantizedWeight(step))});
}

jit::Value* realBias(const TorchScriptStep& step) {
    const QNode& node = step.node;
    if (!node.bias) {
        return step.builder.constant({});
    }
    const at::Tensor bias = node.weightInt ? roundedBias(node, *step.input(0).qparams) : *node.bias;
    return step.builder.addAttribute(node.layer, "bias", bias);
}

TorchScriptValues emitReal(const TorchScriptStep& step, const TorchScriptValues& operands,
                           const Geometry& geometry) {
    const QNode& node = step.node;
    TorchScriptArguments arguments{operands.at(0), realWeight(step), realBias(step)};
    for (const char* name : geometry) {
        arguments.emplace_back(geometryValue(node, name));
    }
    jit::Value* result = step.builder.call("aten::" + node.op, arguments, step.output().name);
    if (node.preAdd) {
        result = step.call("aten::dequantize", {step.quantizeTo(*node.preAdd, result, "")});
    }
    return {node.hasAdd ? step.call("aten::add", {result, operands.at(1)}) : result};
}

/// LibTorch's oneDNN has no quantized transposed convolution with padding of the output.
bool padsOutput(const QNode& node) {
    const std::vector<int64_t> padding = node.attrs.ints("output_padding");
    return std::any_of(padding.begin(), padding.end(), [](int64_t p) { return p != 0; });
}

/// Only real numbers add a residual to a sum that is not rounded before.
bool addsUnrounded(const QNode& node) {
    return node.hasAdd && !node.preAdd;
}

/// QNNPACK neither packs nor loads the weights of three-dimensional convolutions.
bool packsVolumes(const TorchScriptStep& step) {
    return !step.forPhones && at::globalContext().qEngine() != at::QEngine::QNNPACK;
}

bool isOfVolumes(const QNode& node) {
    return node.weight->dim() == 5;
}

/// What phones refuse.
std::string whyNoInteger(const TorchScriptStep& step) {
    const QNode& node = step.node;
    if (padsOutput(node) || addsUnrounded(node)) {
        return {};
    }
    if (isOfVolumes(node) && !packsVolumes(step)) {
        return "QNNPACK has no three-dimensional convolutions";
    }
    const QParams& output = *step.output().qparams;
    std::string why = whyNoQnnpackProduct(step, node.hasAdd ? *node.preAdd : output);
    return why.empty() && node.hasAdd ? whyNoQnnpackSum(*node.preAdd, *step.input(1).qparams, output) : why;
}

/// `packing` and `calling` say which attributes quantized::*_prepack and the aten:: operator take.
TorchScriptForm weightedForm(const Geometry& packing, const Geometry& calling, bool reluForm) {
    return {[calling](const TorchScriptStep& step, const TorchScriptValues& operands) {
                return emitReal(step, operands, calling);
            },
            [packing, reluForm](const TorchScriptStep& step) -> std::optional<TorchScriptValues> {
                if (padsOutput(step.node) || addsUnrounded(step.node)) {
                    return std::nullopt;
                }
                if (isOfVolumes(step.node)) {
                    step.note(
                        "three-dimensional: the file loads on the quantized engines onednn, x86 and fbgemm, "
                        "but not on qnnpack; target lite has it in float32 for phones");
                }
                return emitInteger(step, packing, reluForm);
            },
            whyNoInteger};
}

}  // namespace

void register_weighted(TorchScriptForms& forms) {
    const Geometry convolution{"stride", "padding", "dilation", "groups"};
    for (const char* op : {"conv2d", "conv3d"}) {
        forms.add(op, weightedForm(convolution, convolution, /*reluForm=*/true));
    }
    forms.add("conv_transpose2d", weightedForm({"stride", "padding", "output_padding", "dilation", "groups"},
                                               {"stride", "padding", "output_padding", "groups", "dilation"},
                                               /*reluForm=*/false));
    forms.add("linear", weightedForm({}, {}, /*reluForm=*/true));
}

}  // namespace qs
