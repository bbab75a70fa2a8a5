#include <ATen/ops/mul.h>

#include "ops/aten_args.h"
#include "ops/binary.h"
#include "ops/op.h"

namespace qs {

// inputs: a and b, broadcast against each other; b may be a float constant.
void register_mul(OpRegistry& registry) {
    OpDef def;
    def.name = "mul";
    def.category = OpCategory::Elementwise;
    def.quant = QuantKind::Observed;
    def.role = OpRole::Multiply;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::mul(in[0], in[1])};
    };
    def.aten = withInPlace("aten::mul", openCommutative);
    registry.add(def.name, def);
}

}  // namespace qs
