#include <ATen/ops/mean.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attributes: dims (counted from the front), keepdim.
void register_mean(OpRegistry& registry) {
    OpDef def;
    def.name = "mean";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::mean(in[0], attrs.ints("dims"), attrs.get<bool>("keepdim"))};
    };
    def.aten = {
        {"aten::mean", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             auto dims = args.ints(1);
             const auto keepdim = args.boolean(2);
             const bool keepsType =
                 args.isNone(3) || args.integer(3) == static_cast<int64_t>(at::ScalarType::Float);
             if (!args.isActivation(0) || !dims || dims->empty() || !keepdim || !keepsType) {
                 return std::nullopt;
             }
             for (int64_t& dim : *dims) {
                 const auto axis = fromFront(dim, args.shape(0).size());
                 if (!axis) {
                     return std::nullopt;
                 }
                 dim = *axis;
             }
             OpenedOp opened{{}, {args.tensor(0)}};
             opened.attrs.set("dims", *dims);
             opened.attrs.set("keepdim", *keepdim);
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
