#include <ATen/ops/silu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

void register_silu(OpRegistry& registry) {
    OpDef def;
    def.name = "silu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::silu(in[0])};
    };
    def.aten = withInPlace("aten::silu", openUnary);
    registry.add(def.name, def);
}

}  // namespace qs
