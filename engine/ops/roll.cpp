#include <ATen/ops/roll.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// Cyclic. attributes: shifts, dims: one shift an axis.
void register_roll(OpRegistry& registry) {
    OpDef def;
    def.name = "roll";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::roll(in[0], attrs.ints("shifts"), attrs.ints("dims"))};
    };
    def.aten = {
        {"aten::roll", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const auto shifts = args.ints(1), dims = args.ints(2);
             if (!args.isActivation(0) || !shifts || !dims || shifts->size() != dims->size()) {
                 return std::nullopt;
             }
             OpenedOp opened{{}, {args.tensor(0)}};
             opened.attrs.set("shifts", *shifts);
             opened.attrs.set("dims", *dims);
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
