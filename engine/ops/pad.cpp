#include <ATen/ops/constant_pad_nd.h>

#include <algorithm>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> padded(const AtenArgs& args, size_t value) {
    const auto pads = args.ints(1);
    if (!args.isActivation(0) || !pads || !(args.isNone(value) || args.number(value) == 0.0)) {
        return std::nullopt;
    }
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.alias = std::all_of(pads->begin(), pads->end(), [](int64_t width) { return width == 0; });
    opened.attrs.set("pads", *pads);
    return opened;
}

}  // namespace

// With zeros. attribute: pads, as aten::constant_pad_nd has them: before and after the last axis, then the
// one before it, ...
void register_pad(OpRegistry& registry) {
    OpDef def;
    def.name = "pad";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::constant_pad_nd(in[0], attrs.ints("pads"))};
    };
    def.aten = {
        {"aten::constant_pad_nd",
         [](const Graph& graph, std::span<const AtenArg> args) { return padded(AtenArgs(graph, args), 2); }},
        {"aten::pad", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             return args.text(2).value_or("constant") == "constant" ? padded(args, 3) : std::nullopt;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
