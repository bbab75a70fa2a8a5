#include "support/quantized_graph_builder.h"

#include <ATen/ops/empty.h>

#include "ops/quantize.h"

namespace qs::test {

namespace {

QParams weightQParams(int64_t channels, bool perChannel, std::mt19937& random) {
    std::uniform_real_distribution<double> scale(0.002, 0.01);
    QParams qparams{DType::Int8, perChannel ? 0 : -1, {}, {}, -128, 127};
    for (int64_t i = 0; i < (perChannel ? channels : 1); ++i) {
        qparams.scale.push_back(scale(random));
        qparams.zeroPoint.push_back(0);
    }
    return qparams;
}

QNode randomWeighted(QNode node, Shape shape, const WeightedSpec& spec, std::mt19937& random,
                     const std::optional<QParams>& input) {
    node.layer = node.op;
    node.activation = spec.activation;
    node.hasAdd = spec.hasAdd;
    node.weight = randomFloats(shape, random, -0.7F, 0.7F);
    if (spec.bias) {
        node.bias = randomFloats({spec.out}, random, -0.5F, 0.5F);
    }
    if (input) {
        node.weightQParams = weightQParams(spec.out, spec.perChannel, random);
        if (spec.perChannel && node.op == "conv_transpose2d") {
            node.weightQParams->axis = 1;
        }
        node.weightInt = quantize(*node.weight, *node.weightQParams);
    }
    return node;
}

QNode windowNode(std::string op, const WeightedSpec& spec) {
    QNode node;
    node.op = std::move(op);
    node.attrs.set("stride", std::vector<int64_t>(2, spec.stride));
    node.attrs.set("padding", std::vector<int64_t>(2, spec.padding));
    node.attrs.set("dilation", std::vector<int64_t>(2, spec.dilation));
    node.attrs.set("groups", spec.groups);
    return node;
}

}  // namespace

QParams activation(DType dtype, double scale, int64_t zeroPoint) {
    const bool isUnsigned = dtype == DType::UInt8;
    return {dtype, -1, {scale}, {zeroPoint}, isUnsigned ? 0 : -128, isUnsigned ? 255 : 127};
}

QParams reduced(QParams qparams) {
    qparams.quantMin = qparams.dtype == DType::UInt8 ? 0 : -64;
    qparams.quantMax = qparams.dtype == DType::UInt8 ? 127 : 63;
    return qparams;
}

ValueId QuantizedGraphBuilder::newValue(Shape shape, std::optional<QParams> qparams) {
    const ValueId id{static_cast<int32_t>(graph_.values.size())};
    graph_.values.push_back({id, "v" + std::to_string(id.index), std::move(shape), std::move(qparams)});
    return id;
}

ValueId QuantizedGraphBuilder::input(Shape shape) {
    const ValueId id = newValue(std::move(shape), {});
    graph_.inputs.push_back(id);
    graph_.inputNames.push_back("input" + std::to_string(graph_.inputs.size()));
    return id;
}

ValueId QuantizedGraphBuilder::quantize(ValueId x, const QParams& qparams) {
    return add(plainNode("quantize"), {x}, qparams);
}

ValueId QuantizedGraphBuilder::dequantize(ValueId x) {
    return add(plainNode("dequantize"), {x});
}

ValueId QuantizedGraphBuilder::requantize(ValueId x, const QParams& qparams) {
    return add(plainNode("requantize"), {x}, qparams);
}

ValueId QuantizedGraphBuilder::add(QNode node, std::vector<ValueId> inputs, std::optional<QParams> qparams) {
    return addSeveral(std::move(node), std::move(inputs), 1, qparams)[0];
}

std::vector<ValueId> QuantizedGraphBuilder::addSeveral(QNode node, std::vector<ValueId> inputs,
                                                       size_t results,
                                                       const std::optional<QParams>& qparams) {
    for (size_t i = 0; i < results; ++i) {
        node.outputs.push_back(
            newValue(node.isBoundary() ? graph_.value(inputs[0]).shape : Shape{}, qparams));
    }
    node.inputs = std::move(inputs);
    node.layer += "#" + std::to_string(graph_.nodes.size());
    graph_.nodes.push_back(node);
    return node.outputs;
}

void QuantizedGraphBuilder::output(ValueId x) {
    graph_.outputs.push_back(x);
    graph_.outputNames.push_back("output" + std::to_string(graph_.outputs.size()));
}

QNode randomConv2d(const WeightedSpec& spec, std::mt19937& random, const std::optional<QParams>& input) {
    QNode node = windowNode("conv2d", spec);
    return randomWeighted(std::move(node), {spec.out, spec.in / spec.groups, spec.kernel, spec.kernel}, spec,
                          random, input);
}

QNode randomConvTranspose2d(const WeightedSpec& spec, int64_t outputPadding, std::mt19937& random,
                            const std::optional<QParams>& input) {
    QNode node = windowNode("conv_transpose2d", spec);
    node.attrs.set("output_padding", std::vector<int64_t>(2, outputPadding));
    return randomWeighted(std::move(node), {spec.in, spec.out / spec.groups, spec.kernel, spec.kernel}, spec,
                          random, input);
}

QNode randomLinear(const WeightedSpec& spec, std::mt19937& random, const std::optional<QParams>& input) {
    QNode node;
    node.op = "linear";
    return randomWeighted(std::move(node), {spec.out, spec.in}, spec, random, input);
}

QNode plainNode(std::string op, Attributes attrs) {
    QNode node;
    node.op = node.layer = std::move(op);
    node.attrs = std::move(attrs);
    return node;
}

QNode poolNode(std::string op, int64_t kernel, int64_t stride, int64_t padding, bool ceilMode) {
    QNode node = plainNode(std::move(op));
    node.attrs.set("kernel", std::vector<int64_t>(2, kernel));
    node.attrs.set("stride", std::vector<int64_t>(2, stride));
    node.attrs.set("padding", std::vector<int64_t>(2, padding));
    node.attrs.set("ceil_mode", ceilMode);
    if (node.op == "max_pool2d") {
        node.attrs.set("dilation", std::vector<int64_t>(2, 1));
    } else {
        node.attrs.set("count_include_pad", true);
    }
    return node;
}

at::Tensor randomFloats(Shape shape, std::mt19937& random, float low, float high) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    std::uniform_real_distribution<float> value(low, high);
    float* data = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
        data[i] = value(random);
    }
    return tensor;
}

at::Tensor randomIntegers(Shape shape, std::mt19937& random, const QParams& qparams) {
    at::Tensor tensor = at::empty(shape, qparams.dtype == DType::UInt8 ? at::kByte : at::kChar);
    std::uniform_int_distribution<int> value(static_cast<int>(qparams.quantMin),
                                             static_cast<int>(qparams.quantMax));
    auto* data = static_cast<uint8_t*>(tensor.data_ptr());
    for (int64_t i = 0; i < tensor.numel(); ++i) {
        data[i] = static_cast<uint8_t>(value(random));
    }
    return tensor;
}

FusedActivation relu() {
    return {FusedActivation::Kind::Relu, 0, 0};
}
FusedActivation clip(double low, double high) {
    return {FusedActivation::Kind::Clip, low, high};
}

}  // namespace qs::test
