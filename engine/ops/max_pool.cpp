#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>

#include "ops/aten_args.h"
#include "ops/op.h"
#include "ops/pool_window.h"

namespace qs {

namespace {

/// `pool`: at::max_pool2d or at::max_pool3d.
template <typename Function>
OpDef maxPoolEntry(size_t axes, Function pool) {
    OpDef def;
    def.name = "max_pool" + std::to_string(axes) + "d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.forward = [pool](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {pool(in[0], attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"),
                     attrs.ints("dilation"), attrs.get<bool>("ceil_mode"))};
    };
    def.aten = {{"aten::" + def.name, [axes](const Graph& graph, std::span<const AtenArg> raw) {
                     const AtenArgs args(graph, raw);
                     auto opened = openPoolWindow(args, axes, {"kernel", "stride", "padding", "dilation"});
                     if (opened) {
                         opened->attrs.set("ceil_mode", args.boolean(5).value_or(false));
                     }
                     return opened;
                 }}};
    return def;
}

}  // namespace

// attributes: kernel, stride, padding, dilation ((d,) h, w), ceil_mode.
void register_max_pool(OpRegistry& registry) {
    registry.add("max_pool2d", maxPoolEntry(2, at::max_pool2d));
    registry.add("max_pool3d", maxPoolEntry(3, at::max_pool3d));
}

}  // namespace qs
