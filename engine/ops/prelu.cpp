#include <ATen/ops/prelu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// inputs: x [N, C, ...], weight (slope of the negative side) [C] or [1].
void register_prelu(OpRegistry& registry) {
    OpDef def;
    def.name = "prelu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.parameters = {"", "weight"};
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::prelu(in[0], in[1])};
    };
    def.aten = {
        {"aten::prelu", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             if (!args.isActivation(0) || !args.isFloatConstant(1)) {
                 return std::nullopt;
             }
             return OpenedOp{{}, {args.tensor(0), args.tensor(1)}};
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
