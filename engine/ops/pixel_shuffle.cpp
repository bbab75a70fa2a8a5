#include <ATen/ops/pixel_shuffle.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// [N, C * factor^2, H, W] to [N, C, H * factor, W * factor]. attribute: factor.
void register_pixel_shuffle(OpRegistry& registry) {
    OpDef def;
    def.name = "pixel_shuffle";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::pixel_shuffle(in[0], attrs.get<int64_t>("factor"))};
    };
    def.aten = {{"aten::pixel_shuffle",
                 [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     const auto factor = args.integer(1);
                     if (!args.isActivation(0) || !factor) {
                         return std::nullopt;
                     }
                     OpenedOp opened{{}, {args.tensor(0)}};
                     opened.attrs.set("factor", *factor);
                     return opened;
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
