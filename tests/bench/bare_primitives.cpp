#include "bench/bare_primitives.h"

#include <cstring>

namespace qs::bench {

namespace {

using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

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

}  // namespace

BarePrimitives::BarePrimitives(const QuantizedGraph& graph, const std::vector<Shape>& shapes) {
    for (const QNode& node : graph.nodes) {
        const Shape& input = shapes[static_cast<size_t>(node.inputs.at(0).index)];
        const Shape& output = shapes[static_cast<size_t>(node.outputs.at(0).index)];
        if (node.op == "conv2d") {
            addConvolution(node, input, output, graph.isInteger(node));
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
    const dnnl::memory::dims weight = groups == 1
                                          ? dnnl::memory::dims{w[0], w[1], w[2], w[3]}
                                          : dnnl::memory::dims{groups, w[0] / groups, w[1], w[2], w[3]};
    const auto padding = node.attrs.ints("padding");
    auto dilation = node.attrs.ints("dilation");
    for (int64_t& gap : dilation) {
        gap -= 1;
    }
    const dnnl::memory::desc source(input, integer ? Type::u8 : Type::f32, Tag::nhwc);
    const dnnl::memory::desc bias({w[0]}, integer ? Type::s32 : Type::f32, Tag::x);
    const dnnl::memory::desc target(output, integer ? Type::u8 : Type::f32, Tag::nhwc);
    const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference,
                                               dnnl::algorithm::convolution_direct, source,
                                               {weight, integer ? Type::s8 : Type::f32, Tag::any}, bias,
                                               target, node.attrs.ints("stride"), dilation, padding, padding);
    const dnnl::convolution_forward::primitive_desc pd(desc, attributes(node, w[0], integer), engine_);
    addCall(dnnl::convolution_forward(pd), {{DNNL_ARG_SRC, source},
                                            {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                            {DNNL_ARG_BIAS, bias},
                                            {DNNL_ARG_DST, target},
                                            {DNNL_ARG_SCRATCHPAD, pd.scratchpad_desc()}});
}

void BarePrimitives::addLinear(const QNode& node, const Shape& input, bool integer) {
    const auto w = node.weight->sizes();
    const dnnl::memory::desc source({input[0], w[1]}, integer ? Type::u8 : Type::f32, Tag::ab);
    const dnnl::memory::desc bias({w[0]}, integer ? Type::s32 : Type::f32, Tag::x);
    const dnnl::memory::desc target({input[0], w[0]}, integer ? Type::u8 : Type::f32, Tag::ab);
    const dnnl::inner_product_forward::desc desc(dnnl::prop_kind::forward_inference, source,
                                                 {{w[0], w[1]}, integer ? Type::s8 : Type::f32, Tag::any},
                                                 bias, target);
    const dnnl::inner_product_forward::primitive_desc pd(desc, attributes(node, w[0], integer), engine_);
    addCall(dnnl::inner_product_forward(pd), {{DNNL_ARG_SRC, source},
                                              {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                              {DNNL_ARG_BIAS, bias},
                                              {DNNL_ARG_DST, target},
                                              {DNNL_ARG_SCRATCHPAD, pd.scratchpad_desc()}});
}

void BarePrimitives::addCall(dnnl::primitive primitive,
                             const std::vector<std::pair<int, dnnl::memory::desc>>& arguments) {
    Call call{std::move(primitive), {}, {}};
    for (const auto& [index, desc] : arguments) {
        dnnl::memory memory(desc, engine_);
        if (desc.get_size() > 0) {
            std::memset(memory.get_data_handle(), 0, desc.get_size());
        }
        call.memories.push_back(memory);
        call.arguments.push_back({index, memory.get()});
    }
    calls_.push_back(std::move(call));
}

}  // namespace qs::bench
