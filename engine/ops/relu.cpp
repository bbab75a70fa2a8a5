#include <ATen/ops/relu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

void register_relu(OpRegistry& registry) {
    OpDef def;
    def.name = "relu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.role = OpRole::Clamp;
    def.clamp = [](const Attributes&) { return FusedActivation{FusedActivation::Kind::Relu}; };
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::relu(in[0])};
    };
    const auto open = [](const Graph&, std::span<const AtenArg> args) -> std::optional<OpenedOp> {
        return OpenedOp{{}, {args[0].value}};
    };
    def.aten = {{"aten::relu", open}, {"aten::relu_", open}};
    registry.add(def.name, def);
}

}  // namespace qs
