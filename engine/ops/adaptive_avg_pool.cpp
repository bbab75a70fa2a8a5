#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_avg_pool3d.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

using AdaptiveAverage = at::Tensor (*)(const at::Tensor& x, at::IntArrayRef size);

OpDef adaptivePoolEntry(size_t axes, AdaptiveAverage average) {
    OpDef def;
    def.name = "adaptive_avg_pool" + std::to_string(axes) + "d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [average](const Attributes& attrs,
                            std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {average(in[0], attrs.ints("output_size"))};
    };
    def.aten = {{"aten::" + def.name,
                 [axes](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     const auto size = args.ints(1);
                     if (!size) {
                         return std::nullopt;
                     }
                     OpenedOp opened{{}, {args.tensor(0)}};
                     opened.attrs.set("output_size",
                                      size->size() == 1 ? std::vector<int64_t>(axes, (*size)[0]) : *size);
                     return opened;
                 }}};
    return def;
}

}  // namespace

// attribute: output_size ((d,) h, w).
void register_adaptive_avg_pool(OpRegistry& registry) {
    registry.add("adaptive_avg_pool2d", adaptivePoolEntry(2, at::adaptive_avg_pool2d));
    registry.add("adaptive_avg_pool3d", adaptivePoolEntry(3, at::adaptive_avg_pool3d));
}

}  // namespace qs
