#include <ATen/ops/tanh.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

void register_tanh(OpRegistry& registry) {
    OpDef def;
    def.name = "tanh";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.fixedOutput = FixedRange{-1, 1};
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::tanh(in[0])};
    };
    def.aten = withInPlace("aten::tanh", openUnary);
    registry.add(def.name, def);
}

}  // namespace qs
