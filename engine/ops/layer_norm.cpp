#include <ATen/ops/layer_norm.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// inputs: x [..., normalized_shape], weight and bias of shape normalized_shape. attributes: normalized_shape,
// eps.
void register_layer_norm(OpRegistry& registry) {
    OpDef def;
    def.name = "layer_norm";
    def.quant = QuantKind::Observed;
    def.category = OpCategory::Normalization;
    def.parameters = {"", "weight", "bias"};
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::layer_norm(in[0], attrs.ints("normalized_shape"), in[1], in[2], attrs.get<double>("eps"),
                               /*cudnn_enable=*/false)};
    };
    def.aten = {
        {"aten::layer_norm", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const auto shape = args.ints(1);
             const auto eps = args.number(4);
             if (!args.isActivation(0) || !shape || !args.isFloatConstant(2) || !args.isFloatConstant(3) ||
                 !eps) {
                 return std::nullopt;
             }
             OpenedOp opened{{}, {args.tensor(0), args.tensor(2), args.tensor(3)}};
             opened.attrs.set("normalized_shape", *shape);
             opened.attrs.set("eps", *eps);
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
