#include <ATen/ops/conv2d.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

// inputs: x [N, C, H, W], weight [O, C/groups, kH, kW], optional bias [O].
// attributes: stride, padding, dilation (h, w), groups.

struct Positions {
    size_t stride, padding, dilation, groups;
};

std::vector<int64_t> pairOf(const std::vector<int64_t>& list) {
    return list.size() == 1 ? std::vector<int64_t>{list[0], list[0]} : list;
}

/// (h, w) of an argument that is numbers, "valid" or "same". Nothing for a "same" that would pad one side
/// more than the other.
std::optional<std::vector<int64_t>> readPadding(const AtenArgs& args, size_t i,
                                                const std::vector<int64_t>& dilation, const Shape& weight) {
    const auto text = args.text(i);
    if (!text) {
        const auto numbers = args.ints(i);
        return numbers ? std::optional(pairOf(*numbers)) : std::nullopt;
    }
    std::vector<int64_t> padding{0, 0};
    for (size_t d = 0; *text == "same" && d < 2; ++d) {
        const int64_t total = dilation[d] * (weight[d + 2] - 1);
        if (total % 2 != 0) {
            return std::nullopt;
        }
        padding[d] = total / 2;
    }
    return padding;
}

std::optional<OpenedOp> openConvolution(const Graph& graph, const AtenArgs& args, const Positions& at) {
    const auto stride = args.ints(at.stride), dilation = args.ints(at.dilation);
    const auto groups = args.integer(at.groups);
    if (!args.isActivation(0) || !args.isFloatConstant(1) || !stride || !dilation || !groups ||
        graph.constant(args.tensor(1)).dim() != 4) {
        return std::nullopt;
    }
    const auto padding = readPadding(args, at.padding, pairOf(*dilation), args.shape(1));
    if (!padding) {
        return std::nullopt;
    }
    OpenedOp opened;
    opened.attrs.set("stride", pairOf(*stride));
    opened.attrs.set("padding", *padding);
    opened.attrs.set("dilation", pairOf(*dilation));
    opened.attrs.set("groups", *groups);
    opened.inputs = {args.tensor(0), args.tensor(1)};
    if (!args.isNone(2)) {
        if (!args.isFloatConstant(2)) {
            return std::nullopt;
        }
        opened.inputs.push_back(args.tensor(2));
    }
    return opened;
}

}  // namespace

void register_conv2d(OpRegistry& registry) {
    OpDef def;
    def.name = "conv2d";
    def.category = OpCategory::Convolution;
    def.quant = QuantKind::Weighted;
    def.takesActivation = true;
    def.takesResidual = true;
    def.parameters = {"", "weight", "bias"};
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::conv2d(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor(), attrs.ints("stride"),
                           attrs.ints("padding"), attrs.ints("dilation"), attrs.get<int64_t>("groups", 1))};
    };
    def.macs = [](const Graph& graph, const Node& node) -> int64_t {
        const Shape& out = graph.value(node.outputs[0]).shape;
        const Shape& weight = graph.value(node.inputs[1]).shape;
        return out.size() == 4 ? out[0] * out[1] * out[2] * out[3] * weight[1] * weight[2] * weight[3] : 0;
    };
    def.aten = {
        {"aten::conv2d",
         [](const Graph& graph, std::span<const AtenArg> args) {
             return openConvolution(graph, AtenArgs(graph, args), {3, 4, 5, 6});
         }},
        {"aten::_convolution",
         [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             if (args.boolean(6) != false) {  // transposed
                 return std::nullopt;
             }
             return openConvolution(graph, args, {3, 4, 5, 8});
         }},
        {"aten::_convolution_mode",
         [](const Graph& graph, std::span<const AtenArg> args) {
             return openConvolution(graph, AtenArgs(graph, args), {3, 4, 5, 6});
         }},
    };
    registry.add(def.name, def);
}

}  // namespace qs
