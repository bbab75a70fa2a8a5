#include <ATen/ops/upsample_bilinear2d.h>

#include "ops/op.h"
#include "ops/upsample.h"

namespace qs {

// attributes: output_size (h, w), optional scales (h, w), align_corners.
void register_upsample_bilinear2d(OpRegistry& registry) {
    OpDef def;
    def.name = "upsample_bilinear2d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::upsample_bilinear2d(in[0], attrs.ints("output_size"), attrs.get<bool>("align_corners"),
                                        upsampleScale(attrs, 0), upsampleScale(attrs, 1))};
    };
    def.aten = {{"aten::upsample_bilinear2d",
                 [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     const auto align = args.boolean(2);
                     auto opened = align ? openUpsample(args, 3) : std::nullopt;
                     if (opened) {
                         opened->attrs.set("align_corners", *align);
                     }
                     return opened;
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
