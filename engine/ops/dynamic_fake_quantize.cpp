#include <ATen/ops/aminmax.h>

#include <cmath>

#include "ops/choose_qparams.h"
#include "ops/fake_quantize.h"
#include "ops/op.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// As PyTorch's dynamic quantization: the range is that of all numbers of the tensor, the batch included.
at::Tensor forward(const at::Tensor& x, const GridKind& kind) {
    if (x.numel() == 0) {
        return x;
    }
    const auto [min, max] = at::aminmax(x);
    const auto low = min.item<float>();
    const auto high = max.item<float>();
    if (!std::isfinite(low) || !std::isfinite(high)) {
        return x;  // no grid covers it, and what is wrong shall be seen
    }
    const auto [scale, zeroPoint] = chooseQParams(low, high, kind);
    return fakeQuantize(x, {kind.dtype, -1, {scale}, {zeroPoint}, kind.quantMin, kind.quantMax});
}

}  // namespace

Attributes gridAttributes(const GridKind& kind) {
    Attributes attributes;
    attributes.set("dtype", std::string(toString(kind.dtype)));
    attributes.set("symmetric", kind.scheme == Scheme::Symmetric);
    attributes.set("quant_min", kind.quantMin);
    attributes.set("quant_max", kind.quantMax);
    if (kind.zeroPoint) {
        attributes.set("zero_point", *kind.zeroPoint);
    }
    return attributes;
}

GridKind gridKindOf(const Attributes& attributes) {
    GridKind kind{dtypeFromString(attributes.get<std::string>("dtype")).value_or(DType::UInt8),
                  attributes.get<bool>("symmetric") ? Scheme::Symmetric : Scheme::Affine,
                  attributes.get<int64_t>("quant_min"), attributes.get<int64_t>("quant_max")};
    if (attributes.find("zero_point") != nullptr) {
        kind.zeroPoint = attributes.get<int64_t>("zero_point");
    }
    return kind;
}

/// Rounds to the grid that covers what is there: scale and zero point of each tensor follow from it.
void register_dynamic_fake_quantize(OpRegistry& registry) {
    OpDef def;
    def.name = "dynamic_fake_quantize";
    def.category = OpCategory::Elementwise;
    def.forward = [](const Attributes& attributes, std::span<const at::Tensor> inputs) {
        return std::vector{forward(inputs[0], gridKindOf(attributes))};
    };
    registry.add("dynamic_fake_quantize", def);
}

}  // namespace qs
