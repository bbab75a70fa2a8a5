#include <ATen/ops/conv_transpose2d.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

struct Positions {
    size_t stride, padding, outputPadding, groups, dilation;
};

std::optional<OpenedOp> openTransposed(const Graph& graph, const AtenArgs& args, const Positions& at) {
    const auto stride = args.ints(at.stride), padding = args.ints(at.padding),
               outputPadding = args.ints(at.outputPadding), dilation = args.ints(at.dilation);
    const auto groups = args.integer(at.groups);
    if (!args.isActivation(0) || !args.isFloatConstant(1) || !stride || !padding || !outputPadding ||
        !dilation || !groups || graph.constant(args.tensor(1)).dim() != 4 ||
        !(args.isNone(2) || args.isFloatConstant(2))) {
        return std::nullopt;
    }
    const auto pair = [](const std::vector<int64_t>& list) {
        return list.size() == 1 ? std::vector<int64_t>{list[0], list[0]} : list;
    };
    OpenedOp opened{{}, {args.tensor(0), args.tensor(1)}};
    opened.attrs.set("stride", pair(*stride));
    opened.attrs.set("padding", pair(*padding));
    opened.attrs.set("output_padding", pair(*outputPadding));
    opened.attrs.set("dilation", pair(*dilation));
    opened.attrs.set("groups", *groups);
    if (!args.isNone(2)) {
        opened.inputs.push_back(args.tensor(2));
    }
    return opened;
}

}  // namespace

// inputs: x [N, I, H, W], weight [I, O/groups, kH, kW], optional bias [O].
// attributes: stride, padding, output_padding, dilation (h, w), groups.
void register_conv_transpose2d(OpRegistry& registry) {
    OpDef def;
    def.name = "conv_transpose2d";
    def.category = OpCategory::Convolution;
    def.quant = QuantKind::Weighted;
    def.weightOutputAxis = 1;
    def.takesActivation = true;
    def.parameters = {"", "weight", "bias"};
    def.weightPerTensor = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::conv_transpose2d(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor(), attrs.ints("stride"),
                                     attrs.ints("padding"), attrs.ints("output_padding"),
                                     attrs.get<int64_t>("groups", 1), attrs.ints("dilation"))};
    };
    // Every input pixel meets every weight of its group once.
    def.macs = [](const Graph& graph, const Node& node) -> int64_t {
        const Shape& x = graph.value(node.inputs[0]).shape;
        const Shape& weight = graph.value(node.inputs[1]).shape;
        return x.size() == 4 ? x[0] * x[1] * x[2] * x[3] * weight[1] * weight[2] * weight[3] : 0;
    };
    def.aten = {{"aten::conv_transpose2d", [](const Graph& graph, std::span<const AtenArg> args) {
                     return openTransposed(graph, AtenArgs(graph, args), {3, 4, 5, 6, 7});
                 }}};
    registry.add(def.name, def);
}

}  // namespace qs
