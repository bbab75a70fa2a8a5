#include <ATen/ops/avg_pool2d.h>

#include "ops/aten_args.h"
#include "ops/op.h"
#include "ops/pool_window.h"

namespace qs {

// attributes: kernel, stride, padding (h, w), ceil_mode, count_include_pad.
void register_avg_pool2d(OpRegistry& registry) {
    OpDef def;
    def.name = "avg_pool2d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::avg_pool2d(in[0], attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"),
                               attrs.get<bool>("ceil_mode"), attrs.get<bool>("count_include_pad"))};
    };
    def.aten = {
        {"aten::avg_pool2d", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             auto opened = openPoolWindow(args, {"kernel", "stride", "padding"});
             if (!opened || !args.isNone(6)) {  // divisor_override
                 return std::nullopt;
             }
             opened->attrs.set("ceil_mode", args.boolean(4).value_or(false));
             opened->attrs.set("count_include_pad", args.boolean(5).value_or(true));
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
