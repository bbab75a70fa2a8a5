#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>

#include "ops/aten_args.h"
#include "ops/op.h"
#include "ops/pool_window.h"

namespace qs {

namespace {

using Average = at::Tensor (*)(const at::Tensor& x, at::IntArrayRef kernel, at::IntArrayRef stride,
                               at::IntArrayRef padding, bool ceilMode, bool countsPadding,
                               c10::optional<int64_t> divisor);

OpDef averagePoolEntry(size_t axes, Average average) {
    OpDef def;
    def.name = "avg_pool" + std::to_string(axes) + "d";
    def.category = OpCategory::Pooling;
    def.quant = QuantKind::PassThrough;
    def.averages = true;
    def.forward = [average](const Attributes& attrs,
                            std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {average(in[0], attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"),
                        attrs.get<bool>("ceil_mode"), attrs.get<bool>("count_include_pad"), c10::nullopt)};
    };
    def.aten = {{"aten::" + def.name,
                 [axes](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
                     const AtenArgs args(graph, raw);
                     auto opened = openPoolWindow(args, axes, {"kernel", "stride", "padding"});
                     if (!opened || !args.isNone(6)) {  // divisor_override
                         return std::nullopt;
                     }
                     opened->attrs.set("ceil_mode", args.boolean(4).value_or(false));
                     opened->attrs.set("count_include_pad", args.boolean(5).value_or(true));
                     return opened;
                 }}};
    return def;
}

}  // namespace

// attributes: kernel, stride, padding ((d,) h, w), ceil_mode, count_include_pad.
void register_avg_pool(OpRegistry& registry) {
    registry.add("avg_pool2d", averagePoolEntry(2, at::avg_pool2d));
    registry.add("avg_pool3d", averagePoolEntry(3, at::avg_pool3d));
}

}  // namespace qs
