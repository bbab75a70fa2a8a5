#include <ATen/ops/flatten.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attributes: start_dim, end_dim (negative counts from the end).
void register_flatten(OpRegistry& registry) {
    OpDef def;
    def.name = "flatten";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::flatten(in[0], attrs.get<int64_t>("start_dim"), attrs.get<int64_t>("end_dim"))};
    };
    def.aten = {
        {"aten::flatten", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const auto start = args.integer(1), end = args.integer(2);
             if (!start || !end) {
                 return std::nullopt;
             }
             OpenedOp opened{{}, {args.tensor(0)}};
             opened.attrs.set("start_dim", *start);
             opened.attrs.set("end_dim", *end);
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
