#include "exporters/torchscript/precision.h"

namespace qs {

namespace {

/// Rounded to bfloat16, as float32.
torch::jit::Value* rounded(const TorchScriptStep& step, torch::jit::Value* real) {
    const auto to = [&](torch::jit::Value* value, at::ScalarType type) {
        return step.call("aten::to", {value, static_cast<int64_t>(type), false, false, c10::IValue()});
    };
    return to(to(real, at::kBFloat16), at::kFloat);
}

std::optional<TorchScriptValues> emitRounded(const TorchScriptStep& step) {
    if (step.node.compute != Compute::BFloat16) {
        return std::nullopt;
    }
    TorchScriptValues inputs = step.inputs;
    inputs.at(0) = rounded(step, inputs[0]);
    step.note(
        "bfloat16 in float32: inputs and weights are rounded to bfloat16, products add up in float32 as "
        "in the engine");
    return step.emitReal(inputs);
}

}  // namespace

/// Weighted steps on bfloat16 numbers (Compute::BFloat16).
void register_bfloat16(TorchScriptPrecisions& precisions) {
    precisions.add("bfloat16", {30, emitRounded});
}

}  // namespace qs
