#include "comparison/bare_primitives.h"

#include <cstring>

namespace qs {

namespace {

using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;

Type activationType(bool integer) {
    return integer ? Type::u8 : Type::f32;
}
Type weightType(bool integer) {
    return integer ? Type::s8 : Type::f32;
}
Type biasType(bool integer) {
    return integer ? Type::s32 : Type::f32;
}

dnnl::primitive_attr attributes(const QNode& node, int64_t channels, bool integer) {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (integer) {
        attr.set_output_scales(1 << 1, std::vector<float>(static_cast<size_t>(channels), 1e-3F));
    }
    if (node.activation.kind != FusedActivation::Kind::None) {
        dnnl::post_ops ops;
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
        attr.set_post_ops(ops);
    }
    return attr;
}

/// Of a layer's attribute, as oneDNN counts it: gaps, not steps.
Dims gaps(const QNode& node) {
    Dims dilation = node.attrs.ints("dilation");
    for (int64_t& gap : dilation) {
        gap -= 1;
    }
    return dilation;
}

}  // namespace

BarePrimitives::BarePrimitives(const QuantizedGraph& graph, const std::vector<Shape>& shapes) {
    for (const QNode& node : graph.nodes) {
        if (!node.weight) {
            continue;
        }
        const Shape& input = shapes[static_cast<size_t>(node.inputs.at(0).index)];
        const Shape& output = shapes[static_cast<size_t>(node.outputs.at(0).index)];
        const bool isConvolution = node.op == "conv2d" || node.op == "conv3d";
        if (isConvolution && std::ssize(input) == node.weight->dim()) {
            addConvolution(node, input, output, graph.isInteger(node));
        } else if (node.op == "conv_transpose2d") {
            addTransposedConvolution(node, input, output, graph.isInteger(node));
        } else if (node.op == "linear") {
            addLinear(node, input, graph.isInteger(node));
        }
    }
}

void BarePrimitives::run() {
    for (const Call& call : calls_) {
        dnnl::error::wrap_c_api(
            dnnl_primitive_execute(call.primitive.get(), stream_.get(),
                                   static_cast<int>(call.arguments.size()), call.arguments.data()),
            "could not execute a primitive");
    }
}

void BarePrimitives::addConvolution(const QNode& node, const Shape& input, const Shape& output,
                                    bool integer) {
    const auto w = node.weight->sizes();
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    Dims weight = w.vec();
    if (groups > 1) {
        weight[0] /= groups;
        weight.insert(weight.begin(), groups);
    }
    const Dims padding = node.attrs.ints("padding");
    const Tag channelsLast = input.size() == 5 ? Tag::ndhwc : Tag::nhwc;
    const dnnl::memory::desc source(input, activationType(integer), channelsLast);
    const dnnl::memory::desc bias({w[0]}, biasType(integer), Tag::x);
    const dnnl::memory::desc target(output, activationType(integer), channelsLast);
    const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference,
                                               dnnl::algorithm::convolution_direct, source,
                                               {weight, weightType(integer), Tag::any}, bias, target,
                                               node.attrs.ints("stride"), gaps(node), padding, padding);
    addCall<dnnl::convolution_forward>({desc, attributes(node, w[0], integer), engine_}, source, bias,
                                       target);
}

void BarePrimitives::addTransposedConvolution(const QNode& node, const Shape& input, const Shape& output,
                                              bool integer) {
    const auto w = node.weight->sizes();  // I, O/groups, H, W
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    const int64_t channels = w[1] * groups;
    const Dims weight =
        groups == 1 ? Dims{w[1], w[0], w[2], w[3]} : Dims{groups, w[1], w[0] / groups, w[2], w[3]};
    const Dims strides = node.attrs.ints("stride"), dilation = gaps(node);
    const Dims left = node.attrs.ints("padding");
    Dims right = left;  // less the output padding
    for (size_t i = 0; i < right.size(); ++i) {
        const int64_t window = (w[i + 2] - 1) * (dilation[i] + 1) + 1;
        right[i] = (input[i + 2] - 1) * strides[i] + window - left[i] - output[i + 2];
    }
    const dnnl::memory::desc source(input, activationType(integer), Tag::nhwc);
    const dnnl::memory::desc bias({channels}, biasType(integer), Tag::x);
    const dnnl::memory::desc target(output, activationType(integer), Tag::nhwc);
    const dnnl::deconvolution_forward::desc desc(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct, source,
        {weight, weightType(integer), Tag::any}, bias, target, strides, dilation, left, right);
    addCall<dnnl::deconvolution_forward>({desc, attributes(node, channels, integer), engine_}, source, bias,
                                         target);
}

void BarePrimitives::addLinear(const QNode& node, const Shape& input, bool integer) {
    const auto w = node.weight->sizes();
    int64_t rows = 1;
    for (size_t i = 0; i + 1 < input.size(); ++i) {
        rows *= input[i];
    }
    const dnnl::memory::desc source({rows, w[1]}, activationType(integer), Tag::ab);
    const dnnl::memory::desc bias({w[0]}, biasType(integer), Tag::x);
    const dnnl::memory::desc target({rows, w[0]}, activationType(integer), Tag::ab);
    const dnnl::inner_product_forward::desc desc(dnnl::prop_kind::forward_inference, source,
                                                 {{w[0], w[1]}, weightType(integer), Tag::any}, bias, target);
    addCall<dnnl::inner_product_forward>({desc, attributes(node, w[0], integer), engine_}, source, bias,
                                         target);
}

template <typename Primitive>
void BarePrimitives::addCall(const typename Primitive::primitive_desc& pd, const dnnl::memory::desc& source,
                             const dnnl::memory::desc& bias, const dnnl::memory::desc& target) {
    const std::pair<int, dnnl::memory::desc> buffers[] = {{DNNL_ARG_SRC, source},
                                                          {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                                          {DNNL_ARG_BIAS, bias},
                                                          {DNNL_ARG_DST, target},
                                                          {DNNL_ARG_SCRATCHPAD, pd.scratchpad_desc()}};
    Call call{Primitive(pd), {}, {}};
    for (const auto& [index, desc] : buffers) {
        dnnl::memory memory(desc, engine_);
        if (desc.get_size() > 0) {
            std::memset(memory.get_data_handle(), 0, desc.get_size());
        }
        call.memories.push_back(memory);
        call.arguments.push_back({index, memory.get()});
    }
    calls_.push_back(std::move(call));
}

}  // namespace qs
