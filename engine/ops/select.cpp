#include <ATen/ops/select.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// One index of an axis, which goes away. attributes: dim, index (negative counts from the end).
void register_select(OpRegistry& registry) {
    OpDef def;
    def.name = "select";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::select(in[0], attrs.get<int64_t>("dim"), attrs.get<int64_t>("index"))};
    };
    def.aten = {
        {"aten::select", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const auto dim = args.axis(1), index = args.integer(2);
             if (!args.isActivation(0) || !dim || !index) {
                 return std::nullopt;
             }
             OpenedOp opened{{}, {args.tensor(0)}};
             opened.attrs.set("dim", *dim);
             opened.attrs.set("index", *index);
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
