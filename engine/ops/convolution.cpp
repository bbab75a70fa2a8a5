#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

// conv2d and conv3d, which differ in the number of spatial axes alone.
// inputs: x [N, C, (D,) H, W], weight [O, C/groups, (kD,) kH, kW], optional bias [O].
// attributes: stride, padding, dilation ((d,) h, w), groups.

struct Positions {
    size_t stride, padding, dilation, groups;
};

std::string convolutionName(size_t axes) {
    return "conv" + std::to_string(axes) + "d";
}

std::vector<int64_t> perAxis(const std::vector<int64_t>& list, size_t axes) {
    return list.size() == 1 ? std::vector<int64_t>(axes, list[0]) : list;
}

/// By axis, of an argument that is numbers, "valid" or "same". Nothing for a "same" that would pad one side
/// more than the other.
std::optional<std::vector<int64_t>> readPadding(const AtenArgs& args, size_t i,
                                                const std::vector<int64_t>& dilation, const Shape& weight) {
    const auto text = args.text(i);
    if (!text) {
        const auto numbers = args.ints(i);
        return numbers ? std::optional(perAxis(*numbers, dilation.size())) : std::nullopt;
    }
    std::vector<int64_t> padding(dilation.size(), 0);
    for (size_t d = 0; *text == "same" && d < padding.size(); ++d) {
        const int64_t total = dilation[d] * (weight.at(d + 2) - 1);
        if (total % 2 != 0) {
            return std::nullopt;
        }
        padding[d] = total / 2;
    }
    return padding;
}

/// Of two or three spatial axes, as the weight has.
std::optional<OpenedOp> openConvolution(const Graph& graph, std::span<const AtenArg> raw,
                                        const Positions& at) {
    const AtenArgs args(graph, raw);
    const auto stride = args.ints(at.stride), dilation = args.ints(at.dilation);
    const auto groups = args.integer(at.groups);
    if (!args.isActivation(0) || !args.isFloatConstant(1) || !stride || !dilation || !groups) {
        return std::nullopt;
    }
    const Shape& weight = args.shape(1);
    if (weight.size() != 4 && weight.size() != 5) {
        return std::nullopt;
    }
    const size_t axes = weight.size() - 2;
    const auto padding = readPadding(args, at.padding, perAxis(*dilation, axes), weight);
    if (!padding) {
        return std::nullopt;
    }
    OpenedOp opened;
    opened.op = convolutionName(axes);
    opened.attrs.set("stride", perAxis(*stride, axes));
    opened.attrs.set("padding", *padding);
    opened.attrs.set("dilation", perAxis(*dilation, axes));
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

at::Tensor convolve(size_t axes, const Attributes& attrs, std::span<const at::Tensor> in) {
    const at::Tensor bias = in.size() > 2 ? in[2] : at::Tensor();
    const auto stride = attrs.ints("stride"), padding = attrs.ints("padding"),
               dilation = attrs.ints("dilation");
    const auto groups = attrs.get<int64_t>("groups", 1);
    return axes == 2 ? at::conv2d(in[0], in[1], bias, stride, padding, dilation, groups)
                     : at::conv3d(in[0], in[1], bias, stride, padding, dilation, groups);
}

/// Every place of the result meets all of the weight once.
int64_t macsOf(const Graph& graph, const Node& node) {
    const Shape& out = graph.value(node.outputs[0]).shape;
    const Shape& weight = graph.value(node.inputs[1]).shape;
    if (out.size() != weight.size()) {
        return 0;
    }
    int64_t macs = out[0] * out[1] * weight[1];
    for (size_t d = 2; d < out.size(); ++d) {
        macs *= out[d] * weight[d];
    }
    return macs;
}

OpDef convolutionEntry(size_t axes) {
    OpDef def;
    def.name = convolutionName(axes);
    def.category = OpCategory::Convolution;
    def.quant = QuantKind::Weighted;
    def.takesActivation = true;
    def.takesResidual = true;
    def.parameters = {"", "weight", "bias"};
    def.forward = [axes](const Attributes& attrs, std::span<const at::Tensor> in) {
        return std::vector{convolve(axes, attrs, in)};
    };
    def.macs = macsOf;
    def.aten = {{"aten::" + def.name, [](const Graph& graph, std::span<const AtenArg> args) {
                     return openConvolution(graph, args, {3, 4, 5, 6});
                 }}};
    return def;
}

}  // namespace

void register_convolution(OpRegistry& registry) {
    OpDef images = convolutionEntry(2), volumes = convolutionEntry(3);
    images.aten.push_back({"aten::_convolution",
                           [](const Graph& graph, std::span<const AtenArg> args) -> std::optional<OpenedOp> {
                               if (AtenArgs(graph, args).boolean(6) != false) {  // transposed
                                   return std::nullopt;
                               }
                               return openConvolution(graph, args, {3, 4, 5, 8});
                           }});
    images.aten.push_back({"aten::_convolution_mode", [](const Graph& graph, std::span<const AtenArg> args) {
                               return openConvolution(graph, args, {3, 4, 5, 6});
                           }});
    registry.add(images.name, images);
    registry.add(volumes.name, volumes);
}

}  // namespace qs
