#include "ops/fake_quantize.h"

#include "ops/op.h"
#include "ops/quantize.h"

namespace qs {

Attributes gridAttributes(const QParams& grid) {
    Attributes attributes;
    attributes.set("dtype", std::string(toString(grid.dtype)));
    attributes.set("axis", int64_t{grid.axis});
    attributes.set("scale", grid.scale);
    attributes.set("zero_point", grid.zeroPoint);
    attributes.set("quant_min", grid.quantMin);
    attributes.set("quant_max", grid.quantMax);
    return attributes;
}

QParams gridOf(const Attributes& attributes) {
    return {dtypeFromString(attributes.get<std::string>("dtype")).value_or(DType::Float32),
            static_cast<int>(attributes.get<int64_t>("axis", -1)),
            attributes.get<std::vector<double>>("scale"),
            attributes.ints("zero_point"),
            attributes.get<int64_t>("quant_min"),
            attributes.get<int64_t>("quant_max")};
}

/// What lies on no grid of 8 bits is simulated by it: dequantize(quantize(x)).
void register_fake_quantize(OpRegistry& registry) {
    OpDef def;
    def.name = "fake_quantize";
    def.category = OpCategory::Elementwise;
    def.forward = [](const Attributes& attributes, std::span<const at::Tensor> inputs) {
        return std::vector{fakeQuantize(inputs[0], gridOf(attributes))};
    };
    registry.add("fake_quantize", def);
}

}  // namespace qs
