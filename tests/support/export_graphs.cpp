#include "support/export_graphs.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "ops/op.h"
#include "ops/quantize.h"

namespace qs::test {

namespace {

at::Tensor activate(const at::Tensor& x, const FusedActivation& activation) {
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            return x;
        case FusedActivation::Kind::Relu:
            return at::relu(x);
        case FusedActivation::Kind::Clip:
            return at::clamp(x, activation.low, activation.high);
    }
    return x;
}

/// Symmetric int8, one scale an output channel or one for all.
QParams weightQParams(const at::Tensor& weight, bool perChannel) {
    QParams qparams{DType::Int8, perChannel ? 0 : -1, {}, {}, -128, 127};
    const at::Tensor largest = weight.abs().flatten(1).amax(1);
    for (int64_t o = 0; o < (perChannel ? weight.size(0) : 1); ++o) {
        qparams.scale.push_back((perChannel ? largest[o] : largest.max()).item<double>() / 127.5);
        qparams.zeroPoint.push_back(0);
    }
    return qparams;
}

QNode makeStep(std::string op, std::string layer, std::vector<ValueId> inputs, Attributes attrs = {}) {
    QNode node;
    node.op = std::move(op);
    node.layer = std::move(layer);
    node.inputs = std::move(inputs);
    node.attrs = std::move(attrs);
    return node;
}

Attributes convAttributes(const LayerSpec& spec, size_t axes = 2) {
    Attributes attrs;
    attrs.set("stride", std::vector<int64_t>(axes, spec.stride));
    attrs.set("padding", std::vector<int64_t>(axes, spec.kernel / 2));
    attrs.set("dilation", std::vector<int64_t>(axes, 1));
    attrs.set("groups", spec.groups);
    return attrs;
}

/// 256 steps over a range that the op never leaves.
QParams fixedQParams(const FixedRange& range) {
    const double scale = (range.high - range.low) / 256;
    return {DType::UInt8, -1, {scale}, {std::lround(-range.low / scale)}, 0, 255};
}

Attributes poolAttributes(int64_t kernel, int64_t stride, int64_t padding) {
    Attributes attrs;
    attrs.set("kernel", std::vector<int64_t>(2, kernel));
    attrs.set("stride", std::vector<int64_t>(2, stride));
    attrs.set("padding", std::vector<int64_t>(2, padding));
    attrs.set("dilation", std::vector<int64_t>(2, 1));
    attrs.set("ceil_mode", false);
    attrs.set("count_include_pad", true);
    return attrs;
}

Attributes globalPool() {
    Attributes attrs;
    attrs.set("output_size", std::vector<int64_t>{1, 1});
    return attrs;
}

Attributes flattenAll() {
    Attributes attrs;
    attrs.set("start_dim", int64_t{1});
    attrs.set("end_dim", int64_t{-1});
    return attrs;
}

}  // namespace

int64_t safeQuantMax() {
    return __builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni") ? 255 : 127;
}

QParams QuantizedGraphBuilder::activationQParams(const at::Tensor& sample, double headroom) const {
    const double low = headroom * std::min(0.0, sample.min().item<double>());
    const double high = headroom * std::max(0.0, sample.max().item<double>());
    const double scale = static_cast<float>((high - low) / static_cast<double>(quantMax_));
    return {DType::UInt8, -1, {scale}, {std::lround(-low / scale)}, 0, quantMax_};
}

ValueId QuantizedGraphBuilder::newValue(const std::string& name, const at::Tensor& sample,
                                        std::optional<QParams> qparams) {
    const ValueId id{static_cast<int32_t>(graph_.values.size())};
    graph_.values.push_back({id, name, sample.sizes().vec(), std::move(qparams), sample.scalar_type()});
    samples_[id] = sample;
    return id;
}

ValueId QuantizedGraphBuilder::input(const std::string& name, Shape shape) {
    return input(name, at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed_++)));
}

ValueId QuantizedGraphBuilder::input(const std::string& name, const at::Tensor& sample) {
    const ValueId id = newValue(name, sample, {});
    graph_.inputs.push_back(id);
    graph_.inputNames.push_back(name);
    return id;
}

ValueId QuantizedGraphBuilder::append(QNode node, const std::string& name, const at::Tensor& sample,
                                      std::optional<QParams> qparams) {
    node.outputs = {newValue(name, sample, std::move(qparams))};
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs[0];
}

ValueId QuantizedGraphBuilder::quantize(const std::string& layer, ValueId x) {
    return append(makeStep("quantize", layer, {x}), graph_.value(x).name + "_q", sample(x),
                  activationQParams(sample(x)));
}

ValueId QuantizedGraphBuilder::dequantize(const std::string& layer, ValueId x) {
    return append(makeStep("dequantize", layer, {x}), graph_.value(x).name + "_dq", sample(x), {});
}

ValueId QuantizedGraphBuilder::requantize(const std::string& layer, ValueId x, double headroom) {
    const std::string name = graph_.value(x).name + "_rq" + std::to_string(graph_.values.size());
    return append(makeStep("requantize", layer, {x}), name, sample(x),
                  activationQParams(sample(x), headroom));
}

ValueId QuantizedGraphBuilder::weighted(QNode node, const LayerSpec& spec, const Shape& weightShape) {
    const ValueId x = node.inputs.at(0);
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed_++);
    const double fanIn =
        static_cast<double>(c10::multiply_integers(weightShape)) /
        static_cast<double>(spec.outputs / (node.op == "conv_transpose2d" ? spec.groups : 1));
    node.weight = at::randn(weightShape, generator) * std::sqrt(2.0 / fanIn);
    std::vector<at::Tensor> arguments{sample(x), *node.weight};
    if (spec.bias) {
        node.bias = at::rand({spec.outputs}, generator) - 0.5;
        arguments.push_back(*node.bias);
    }
    at::Tensor result = runFloat(node.op, node.attrs, arguments).at(0);
    if (isInteger(x)) {
        node.weightQParams = weightQParams(*node.weight, spec.perChannel);
        node.weightInt = qs::quantize(*node.weight, *node.weightQParams);
    }
    if (spec.residual) {
        if (isInteger(x)) {
            node.preAdd = overWholeType(activationQParams(result));
        }
        node.hasAdd = true;
        node.inputs.push_back(*spec.residual);
        result = result + sample(*spec.residual);
    }
    node.activation = spec.activation;
    result = activate(result, spec.activation);
    const std::string name = node.layer;
    return append(std::move(node), name, result,
                  isInteger(x) ? std::optional(activationQParams(result, spec.headroom)) : std::nullopt);
}

ValueId QuantizedGraphBuilder::conv2d(const std::string& layer, ValueId x, const LayerSpec& spec) {
    const int64_t channels = sample(x).size(1);
    return weighted(makeStep("conv2d", layer, {x}, convAttributes(spec)), spec,
                    {spec.outputs, channels / spec.groups, spec.kernel, spec.kernel});
}

ValueId QuantizedGraphBuilder::conv3d(const std::string& layer, ValueId x, const LayerSpec& spec) {
    const int64_t channels = sample(x).size(1);
    return weighted(makeStep("conv3d", layer, {x}, convAttributes(spec, 3)), spec,
                    {spec.outputs, channels / spec.groups, spec.kernel, spec.kernel, spec.kernel});
}

ValueId QuantizedGraphBuilder::convTranspose2d(const std::string& layer, ValueId x, const LayerSpec& spec) {
    Attributes attrs = convAttributes(spec);
    attrs.set("output_padding", std::vector<int64_t>(2, spec.stride - 1));
    return weighted(makeStep("conv_transpose2d", layer, {x}, attrs), spec,
                    {sample(x).size(1), spec.outputs / spec.groups, spec.kernel, spec.kernel});
}

ValueId QuantizedGraphBuilder::linear(const std::string& layer, ValueId x, const LayerSpec& spec) {
    return weighted(makeStep("linear", layer, {x}), spec, {spec.outputs, sample(x).size(-1)});
}

ValueId QuantizedGraphBuilder::add(const std::string& layer, ValueId a, ValueId b,
                                   FusedActivation activation) {
    const at::Tensor result = activate(sample(a) + sample(b), activation);
    QNode node = makeStep("add", layer, {a, b});
    node.activation = activation;
    return append(std::move(node), layer, result,
                  isInteger(a) ? std::optional(activationQParams(result)) : std::nullopt);
}

ValueId QuantizedGraphBuilder::apply(const std::string& op, const std::string& layer, ValueId x,
                                     Attributes attrs, std::vector<at::Tensor> constants) {
    std::vector<std::variant<ValueId, at::Tensor>> operands{x};
    operands.insert(operands.end(), constants.begin(), constants.end());
    return step(op, layer, operands, std::move(attrs)).at(0);
}

std::vector<ValueId> QuantizedGraphBuilder::step(
    const std::string& op, const std::string& layer,
    const std::vector<std::variant<ValueId, at::Tensor>>& operands, Attributes attrs) {
    QNode node = makeStep(op, layer, {}, std::move(attrs));
    std::vector<at::Tensor> arguments;
    for (const auto& operand : operands) {
        if (const ValueId* value = std::get_if<ValueId>(&operand)) {
            node.inputs.push_back(*value);
            arguments.push_back(sample(*value));
        } else {
            node.constantPositions.push_back(arguments.size());
            node.constants.push_back(std::get<at::Tensor>(operand));
            arguments.push_back(node.constants.back());
        }
    }
    const OpDef* def = ops().find(op);
    const std::vector<at::Tensor> results = runFloat(op, node.attrs, arguments);
    for (size_t i = 0; i < results.size(); ++i) {
        std::optional<QParams> qparams;
        if (isInteger(node.inputs.at(0))) {
            qparams = def->quant == QuantKind::PassThrough ? *graph_.value(node.inputs[0]).qparams
                      : def->fixedOutput                   ? fixedQParams(*def->fixedOutput)
                                                           : activationQParams(results[i]);
        }
        node.outputs.push_back(
            newValue(layer + (i == 0 ? "" : "." + std::to_string(i)), results[i], std::move(qparams)));
    }
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs;
}

void QuantizedGraphBuilder::output(const std::string& name, ValueId x) {
    graph_.outputs.push_back(x);
    graph_.outputNames.push_back(name);
}

namespace {

/// A network of one input `x` and one output `y` whose inner part, on integers, is `body`.
template <typename Body>
ExportCase integerCase(const std::string& name, const Body& body, int64_t quantMax = safeQuantMax(),
                       const Shape& shape = {8, 8, 12, 12}) {
    QuantizedGraphBuilder b(quantMax);
    const ValueId x = b.input("x", shape);
    const ValueId y = body(b, b.quantize("stem", x));
    b.output("y", b.graph().value(y).isInteger() ? b.dequantize("last", y) : y);
    return {name, b.graph(), b.sample(x)};
}

/// On volumes.
template <typename Body>
ExportCase volumeCase(const std::string& name, const Body& body) {
    return integerCase(name, body, safeQuantMax(), {4, 8, 5, 6, 7});
}

ValueId classify(QuantizedGraphBuilder& b, ValueId x) {
    x = b.apply("adaptive_avg_pool2d", "avgpool", x, globalPool());
    x = b.apply("flatten", "flatten", x, flattenAll());
    return b.linear("classifier.1", x, {.outputs = 10});
}

/// Stem, max-pool, a residual block with a strided shortcut, an inverted residual, classifier;
/// `layer2.0.conv1` in float if `restored`.
ValueId network(QuantizedGraphBuilder& b, ValueId x, bool restored) {
    x = b.conv2d("conv1", x, {.outputs = 16, .activation = relu});
    x = b.apply("max_pool2d", "maxpool", x, poolAttributes(3, 2, 1));
    ValueId y = b.conv2d("layer1.0.conv1", x, {.outputs = 16, .activation = relu});
    x = b.conv2d("layer1.0.conv2", y, {.outputs = 16, .activation = relu, .residual = x});
    if (restored) {
        y = b.conv2d("layer2.0.conv1", b.dequantize("layer2.0.conv1", x),
                     {.outputs = 32, .stride = 2, .activation = relu});
        y = b.quantize("layer2.0.conv1", y);
    } else {
        y = b.conv2d("layer2.0.conv1", x, {.outputs = 32, .stride = 2, .activation = relu});
    }
    x = b.conv2d("layer2.0.downsample.0", x, {.outputs = 32, .kernel = 1, .stride = 2});
    x = b.conv2d("layer2.0.conv2", y, {.outputs = 32, .activation = relu, .residual = x});
    y = b.conv2d("features.3.conv.0.0", x, {.outputs = 64, .kernel = 1, .activation = relu6});
    y = b.conv2d("features.3.conv.1.0", y, {.outputs = 64, .groups = 64, .activation = relu6});
    y = b.conv2d("features.3.conv.2", y, {.outputs = 32, .kernel = 1});
    return classify(b, b.add("features.3.add", x, y));
}

}  // namespace

Attributes unaryArguments() {
    Attributes attrs;
    attrs.set("overload", std::string());
    attrs.set("arguments", std::vector<std::string>{"tensor"});
    return attrs;
}

std::vector<ExportCase> exportCases() {
    using Builder = QuantizedGraphBuilder;
    return {
        integerCase("conv", [](Builder& b, ValueId x) { return b.conv2d("conv", x, {.outputs = 16}); }),
        integerCase("conv_relu",
                    [](Builder& b, ValueId x) {
                        return b.conv2d("conv", x,
                                        {.outputs = 16, .stride = 2, .bias = false, .activation = relu});
                    }),
        integerCase("conv_per_tensor",
                    [](Builder& b, ValueId x) {
                        return b.conv2d("conv", x, {.perChannel = false, .activation = relu});
                    }),
        integerCase(
            "conv_reduced_range",
            [](Builder& b, ValueId x) { return b.conv2d("conv", x, {.activation = relu}); }, 127),
        integerCase("conv_add_relu",
                    [](Builder& b, ValueId x) {
                        return b.conv2d("block.conv2", x, {.activation = relu, .residual = x});
                    }),
        integerCase(
            "depthwise_clip",
            [](Builder& b, ValueId x) {
                return b.conv2d(
                    "features.0.0", x,
                    {.groups = 8, .headroom = 1.5, .activation = {FusedActivation::Kind::Clip, 0, 1.5}});
            }),
        integerCase("clip_below_range",
                    [](Builder& b, ValueId x) {
                        ValueId y = b.conv2d(
                            "conv", x,
                            {.headroom = 2, .activation = {FusedActivation::Kind::Clip, -0.5, 0.75}});
                        return b.conv2d("conv2", y, {.activation = relu6});
                    }),
        volumeCase("conv3d",
                   [](Builder& b, ValueId x) {
                       return b.conv3d("conv", x, {.outputs = 16, .stride = 2, .bias = false});
                   }),
        volumeCase("conv3d_add_relu",
                   [](Builder& b, ValueId x) {
                       return b.conv3d("block.conv2", x, {.activation = relu, .residual = x});
                   }),
        volumeCase(
            "conv3d_grouped_clip",
            [](Builder& b, ValueId x) {
                x = b.conv3d(
                    "conv1", x,
                    {.groups = 2, .headroom = 1.5, .activation = {FusedActivation::Kind::Clip, 0, 1.5}});
                return b.conv3d("conv2", x, {.groups = 8, .perChannel = false, .activation = relu6});
            }),
        integerCase("add",
                    [](Builder& b, ValueId x) { return b.add("add", x, b.conv2d("conv", x, {}), relu); }),
        integerCase(
            "relu_alone",
            [](Builder& b, ValueId x) { return b.apply("relu", "act", b.conv2d("conv", x, {}), {}); }),
        integerCase("pools",
                    [](Builder& b, ValueId x) {
                        x = b.apply("max_pool2d", "maxpool", x, poolAttributes(3, 2, 1));
                        return b.apply("avg_pool2d", "avgpool", x, poolAttributes(2, 2, 0));
                    }),
        integerCase("float_ops",
                    [](Builder& b, ValueId x) {
                        Attributes eps;
                        eps.set("eps", 1e-5);
                        const at::Tensor channel = at::ones({8});
                        ValueId y = b.dequantize("norm", x);
                        y = b.apply("batch_norm", "norm", y, eps,
                                    {channel * 0.5, channel * 0.25, channel * 0.1, channel * 2});
                        y = b.apply("aten::sigmoid", "gate", y, unaryArguments());
                        return b.conv2d("conv", b.quantize("gate", y), {.activation = relu});
                    }),
        integerCase("four_grids",
                    [](Builder& b, ValueId x) {
                        x = b.conv2d("conv1", x, {});
                        const ValueId y = b.conv2d("conv2", b.requantize("conv1", x, 1.37), {});
                        const ValueId z = b.conv2d("conv3", b.requantize("conv1", x, 2.9), {});
                        return b.add("add", y, z);
                    }),
        integerCase("linear", classify),
        integerCase("linear_relu",
                    [](Builder& b, ValueId x) {
                        x = b.apply("flatten", "flatten", x, flattenAll());
                        x = b.linear("fc1", x, {.outputs = 32, .perChannel = false, .activation = relu});
                        return b.linear("fc2", x, {.outputs = 10, .bias = false});
                    }),
        integerCase("network", [](Builder& b, ValueId x) { return network(b, x, false); }),
        integerCase("network_mixed", [](Builder& b, ValueId x) { return network(b, x, true); }),
        integerCase(
            "network_reduced_range", [](Builder& b, ValueId x) { return network(b, x, false); }, 127),
    };
}

bool loadsOnQnnpack(const QuantizedGraph& graph) {
    return std::ranges::none_of(
        graph.nodes, [&](const QNode& node) { return node.op == "conv3d" && graph.isInteger(node); });
}

void PrintTo(const ExportCase& exportCase, std::ostream* out) {
    *out << exportCase.name;
}

}  // namespace qs::test
