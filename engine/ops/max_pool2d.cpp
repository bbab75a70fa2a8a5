#include <ATen/ops/max_pool2d.h>

#include "ops/aten_args.h"
#include "ops/op.h"
#include "ops/pool_window.h"

namespace qs {

// attributes: kernel, stride, padding, dilation (h, w), ceil_mode.
void register_max_pool2d(OpRegistry& registry) {
    OpDef def;
    def.name = "max_pool2d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::max_pool2d(in[0], attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"),
                               attrs.ints("dilation"), attrs.get<bool>("ceil_mode"))};
    };
    def.aten = {{"aten::max_pool2d", [](const Graph& graph, std::span<const AtenArg> raw) {
                     const AtenArgs args(graph, raw);
                     auto opened = openPoolWindow(args, {"kernel", "stride", "padding", "dilation"});
                     if (opened) {
                         opened->attrs.set("ceil_mode", args.boolean(5).value_or(false));
                     }
                     return opened;
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
