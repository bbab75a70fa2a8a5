#include <ATen/ops/hardswish.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

void register_hard_swish(OpRegistry& registry) {
    OpDef def;
    def.name = "hard_swish";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::hardswish(in[0])};
    };
    def.aten = withInPlace("aten::hardswish", openUnary);
    registry.add(def.name, def);
}

}  // namespace qs
