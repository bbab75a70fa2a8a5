#include <ATen/ops/sigmoid.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

void register_sigmoid(OpRegistry& registry) {
    OpDef def;
    def.name = "sigmoid";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.fixedOutput = FixedRange{0, 1};
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::sigmoid(in[0])};
    };
    def.aten = withInPlace("aten::sigmoid", openUnary);
    registry.add(def.name, def);
}

}  // namespace qs
