#include <ATen/ops/upsample_nearest2d.h>

#include "ops/op.h"
#include "ops/upsample.h"

namespace qs {

// attributes: output_size (h, w), optional scales (h, w).
void register_upsample_nearest2d(OpRegistry& registry) {
    OpDef def;
    def.name = "upsample_nearest2d";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::upsample_nearest2d(in[0], attrs.ints("output_size"), upsampleScale(attrs, 0),
                                       upsampleScale(attrs, 1))};
    };
    def.aten = {{"aten::upsample_nearest2d", [](const Graph& graph, std::span<const AtenArg> args) {
                     return openUpsample(AtenArgs(graph, args), 2);
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
