#include "exporters/torchscript/step.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "exporters/torchscript/carried.h"
#include "exporters/torchscript/precision.h"
#include "ops/op.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// The op's tensors in its order; `activations` stand for the step's inputs.
TorchScriptValues operandValues(const TorchScriptStep& step, const TorchScriptValues& activations) {
    if (step.node.weight) {
        return activations;
    }
    TorchScriptValues values;
    auto activation = activations.begin();
    for (const Operand& operand : operandsOf(step.node)) {
        values.push_back(operand.isConstant()
                             ? step.builder.addAttribute(step.node.layer, operand.name, operand.constant)
                             : *activation++);
    }
    return values;
}

std::vector<const TorchScriptPrecision*> byRank() {
    std::vector<const TorchScriptPrecision*> precisions;
    for (const auto& [name, precision] : torchScriptPrecisions().entries()) {
        precisions.push_back(&precision);
    }
    std::ranges::sort(precisions, {}, &TorchScriptPrecision::rank);
    return precisions;
}

TorchScriptForm makeForm(const std::string& op, const TrailingArguments& trailing, bool passes) {
    const auto call = [op, trailing](const TorchScriptStep& step, const TorchScriptValues& operands) {
        TorchScriptArguments arguments(operands.begin(), operands.end());
        for (const jit::NamedValue& argument :
             trailing ? trailing(step.node.attrs) : TorchScriptArguments{}) {
            arguments.push_back(argument);
        }
        return step.builder.unpack(step.builder.call(op, arguments, step.output().name),
                                   step.node.outputs.size());
    };
    if (!passes) {
        return {call};
    }
    return {call, [call](const TorchScriptStep& step) -> std::optional<TorchScriptValues> {
                const bool plain = step.node.constants.empty() &&
                                   step.node.activation.kind == FusedActivation::Kind::None &&
                                   keepsGrid(step.graph, step.node);
                return plain ? std::optional(call(step, step.inputs)) : std::nullopt;
            }};
}

}  // namespace

jit::Value* TorchScriptStep::clampToRange(jit::Value* value, const IntegerRange& made) const {
    const QParams& qparams = *output().qparams;
    const IntegerRange wanted = outputRange(qparams, node.isBoundary() ? FusedActivation{} : node.activation);
    if (wanted.low <= made.low && wanted.high >= made.high) {
        return value;
    }
    const auto real = [&](int64_t q) {
        constexpr double most = std::numeric_limits<float>::max();
        return std::clamp(qparams.scale.at(0) * static_cast<double>(q - qparams.zeroPoint.at(0)), -most,
                          most);
    };
    // QNNPACK's clamp mixes up a channels-last tensor, which convolutions return. Seen as N, H, W, C it is an
    // ordinary contiguous one, at no cost.
    std::vector<int64_t> toLast(output().shape.size()), back;
    std::iota(toLast.begin(), toLast.end(), int64_t{0});
    const bool hasChannels = toLast.size() == 4 || toLast.size() == 5;
    if (hasChannels) {
        back = toLast;
        std::rotate(toLast.begin() + 1, toLast.begin() + 2, toLast.end());
        std::rotate(back.begin() + 1, back.end() - 1, back.end());
        value = call("aten::permute", {value, toLast});
    }
    value = builder.call("aten::clamp", {value, real(wanted.low), real(wanted.high)}, output().name);
    return hasChannels ? call("aten::permute", {value, back}) : value;
}

jit::Value* TorchScriptStep::quantizeTo(const QParams& qparams, jit::Value* real,
                                        const std::string& name) const {
    return builder.call(
        "aten::quantize_per_tensor",
        {real, qparams.scale.at(0), qparams.zeroPoint.at(0), static_cast<int64_t>(at::kQUInt8)}, name);
}

jit::Value* TorchScriptStep::quantize(jit::Value* real, size_t i) const {
    const QValue& value = output(i);
    return clampToRange(quantizeTo(*value.qparams, real, value.name), typeRange(*value.qparams));
}

jit::Value* TorchScriptStep::activate(jit::Value* real) const {
    switch (node.activation.kind) {
        case FusedActivation::Kind::None:
            return real;
        case FusedActivation::Kind::Relu:
            return call("aten::relu", {real});
        case FusedActivation::Kind::Clip:
            return call("aten::clamp", {real, bound(node.activation.low), bound(node.activation.high)});
    }
    return real;
}

jit::Value* TorchScriptStep::callQuantized(const std::string& op, TorchScriptArguments arguments,
                                           bool reluForm, const TorchScriptArguments& more) const {
    const QParams& qparams = *output().qparams;
    const bool relu = reluForm && node.activation.kind == FusedActivation::Kind::Relu;
    arguments.emplace_back(qparams.scale.at(0));
    arguments.emplace_back(qparams.zeroPoint.at(0));
    arguments.insert(arguments.end(), more.begin(), more.end());
    jit::Value* result = builder.call(relu ? op + "_relu" : op, arguments, output().name);
    IntegerRange made = typeRange(qparams);
    if (relu) {
        made.low = qparams.zeroPoint.at(0);
    }
    return clampToRange(result, made);
}

TorchScriptForm callForm(const std::string& op, const TrailingArguments& trailing) {
    return makeForm(op, trailing, false);
}

TorchScriptForm passingForm(const std::string& op, const TrailingArguments& trailing) {
    return makeForm(op, trailing, true);
}

std::optional<TorchScriptValues> TorchScriptStep::emitReal(const TorchScriptValues& real) const {
    const TorchScriptForm* form = torchScriptForms().find(node.op);
    if (!form && !isCarried(node)) {
        return std::nullopt;
    }
    const TorchScriptValues operands = operandValues(*this, real);
    TorchScriptValues results = form ? form->real(*this, operands) : emitCarried(*this, operands);
    results.at(0) = activate(results[0]);
    return results;
}

Result<TorchScriptValues> emitTorchScript(const TorchScriptStep& step) {
    for (const TorchScriptPrecision* precision : byRank()) {
        if (auto outputs = precision->emit(step)) {
            return std::move(*outputs);
        }
    }
    return failure("layer " + step.node.layer + ": op " + step.node.op + " has no form in TorchScript");
}

}  // namespace qs
