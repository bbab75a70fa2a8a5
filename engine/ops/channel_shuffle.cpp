#include <ATen/ops/reshape.h>
#include <ATen/ops/transpose.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// Channel g * (C / groups) + i goes to i * groups + g. attribute: groups.
void register_channel_shuffle(OpRegistry& registry) {
    OpDef def;
    def.name = "channel_shuffle";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    // Written with views, since ATen's own operator has no derivative.
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        const auto groups = attrs.get<int64_t>("groups");
        const at::Tensor& x = in[0];
        const at::Tensor grouped =
            at::reshape(x, {x.size(0), groups, x.size(1) / groups, x.size(2), x.size(3)});
        return {at::reshape(at::transpose(grouped, 1, 2), x.sizes())};
    };
    def.aten = {{"aten::channel_shuffle",
                 [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     const auto groups = args.integer(1);
                     if (!args.isActivation(0) || args.shape(0).size() != 4 || !groups) {
                         return std::nullopt;
                     }
                     OpenedOp opened{{}, {args.tensor(0)}};
                     opened.attrs.set("groups", *groups);
                     return opened;
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
