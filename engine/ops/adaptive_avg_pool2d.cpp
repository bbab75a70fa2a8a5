#include <ATen/ops/adaptive_avg_pool2d.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attribute: output_size (h, w).
void register_adaptive_avg_pool2d(OpRegistry& registry) {
    OpDef def;
    def.name = "adaptive_avg_pool2d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::adaptive_avg_pool2d(in[0], attrs.ints("output_size"))};
    };
    def.aten = {{"aten::adaptive_avg_pool2d",
                 [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     const auto size = args.ints(1);
                     if (!size) {
                         return std::nullopt;
                     }
                     OpenedOp opened{{}, {args.tensor(0)}};
                     opened.attrs.set("output_size",
                                      size->size() == 1 ? std::vector<int64_t>(2, (*size)[0]) : *size);
                     return opened;
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
