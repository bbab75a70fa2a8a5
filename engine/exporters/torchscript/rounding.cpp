// Real numbers rounded to a grid that no quantized operator takes.

#include <limits>

#include "exporters/torchscript/step.h"
#include "ops/fake_quantize.h"

namespace qs {

namespace {

TorchScriptValues emitRounding(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const QParams grid = gridOf(step.node.attrs);
    torch::jit::Value* x = operands.at(0);
    const auto to = [&](torch::jit::Value* value, at::ScalarType type) {
        return step.call("aten::to", {value, static_cast<int64_t>(type), false, false, c10::IValue()});
    };
    if (grid.dtype == DType::Float16 || grid.dtype == DType::BFloat16) {
        return {to(to(x, grid.dtype == DType::Float16 ? at::kHalf : at::kBFloat16), at::kFloat)};
    }
    step.note("activations on a grid of " + std::string(toString(grid.dtype)) +
              " are rounded in float arithmetic, as in the engine");
    const double scale = grid.scale.at(0);
    if (grid.dtype == DType::Binary) {
        // 2 * (x >= 0) - 1
        torch::jit::Value* isPositive = to(step.call("aten::ge", {x, 0.0}), at::kFloat);
        torch::jit::Value* sign = step.call("aten::sub", {step.call("aten::mul", {isPositive, 2.0}), 1.0});
        return {step.call("aten::mul", {sign, scale})};
    }
    // aten::fake_quantize_per_tensor_affine multiplies by 1 / s, which rounds near ties otherwise.
    torch::jit::Value* steps = step.call("aten::round", {step.call("aten::div", {x, scale})});
    const auto zero = static_cast<double>(grid.zeroPoint.at(0));
    torch::jit::Value* inside = step.call("aten::clamp", {steps, static_cast<double>(grid.quantMin) - zero,
                                                          static_cast<double>(grid.quantMax) - zero});
    return {step.call("aten::mul", {inside, scale})};
}

/// The grid that covers the tensor, in elementary operators: LibTorch's own dynamic quantization has quint8
/// and qint8 alone, and moves small scales.
TorchScriptValues emitDynamicRounding(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const GridKind kind = gridKindOf(step.node.attrs);
    torch::jit::Value* x = operands.at(0);
    const auto bounded = [&](const char* extreme, const char* bound) {
        return step.call(bound, {step.call(extreme, {x}), 0.0});
    };
    torch::jit::Value* low = bounded("aten::min", "aten::clamp_max");
    torch::jit::Value* high = bounded("aten::max", "aten::clamp_min");
    const auto range = static_cast<double>(kind.quantMax - kind.quantMin);
    torch::jit::Value* width =
        kind.scheme == Scheme::Symmetric
            ? step.call("aten::mul", {step.call("aten::maximum", {high, step.call("aten::neg", {low})}), 2.0})
            : step.call("aten::sub", {high, low});
    torch::jit::Value* scale = step.call(
        "aten::clamp_min",
        {step.call("aten::div", {width, range}), static_cast<double>(std::numeric_limits<float>::min())});
    torch::jit::Value* steps = step.call("aten::round", {step.call("aten::div", {x, scale})});
    if (kind.scheme == Scheme::Symmetric) {
        const double zero =
            kind.quantMin >= 0 ? static_cast<double>((kind.quantMin + kind.quantMax + 1) / 2) : 0;
        torch::jit::Value* inside = step.call(
            "aten::clamp",
            {steps, static_cast<double>(kind.quantMin) - zero, static_cast<double>(kind.quantMax) - zero});
        return {step.call("aten::mul", {inside, scale})};
    }
    // q - z lies between round(low / s) and that and the whole range.
    torch::jit::Value* least = step.call("aten::round", {step.call("aten::div", {low, scale})});
    torch::jit::Value* inside = step.call("aten::minimum", {step.call("aten::maximum", {steps, least}),
                                                            step.call("aten::add", {least, range})});
    return {step.call("aten::mul", {inside, scale})};
}

}  // namespace

void register_rounding(TorchScriptForms& forms) {
    forms.add("dynamic_fake_quantize", {emitDynamicRounding});
    forms.add("fake_quantize", {emitRounding});
}

}  // namespace qs
