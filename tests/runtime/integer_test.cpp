
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "runtime/agreement.h"
#include "runtime/step.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

/// How a layer's activations are stored.
struct Types {
    std::string name;
    QParams x, y, residual;
};

void PrintTo(const Types& types, std::ostream* out) {
    *out << types.name;
}

std::vector<Types> fullRangeTypes() {
    return {{"u8_zero0", activation(DType::UInt8, 0.02, 0), activation(DType::UInt8, 1, 0),
             activation(DType::UInt8, 1, 0)},
            {"u8_zero128", activation(DType::UInt8, 0.02, 128), activation(DType::UInt8, 1, 128),
             activation(DType::UInt8, 1, 117)},
            {"u8_odd", activation(DType::UInt8, 0.03, 37), activation(DType::UInt8, 1, 201),
             activation(DType::UInt8, 1, 3)},
            {"s8", activation(DType::Int8, 0.02, 0), activation(DType::Int8, 1, 0),
             activation(DType::Int8, 1, 0)},
            {"s8_zero", activation(DType::Int8, 0.02, -17), activation(DType::Int8, 1, 21),
             activation(DType::Int8, 1, -60)},
            {"u8_s8_residual", activation(DType::UInt8, 0.02, 5), activation(DType::UInt8, 1, 99),
             activation(DType::Int8, 1, -9)},
            {"s8_u8", activation(DType::Int8, 0.02, 5), activation(DType::UInt8, 1, 99),
             activation(DType::UInt8, 1, 77)}};
}

std::vector<Types> reducedTypes() {
    return {{"u8_reduced_zero0", reduced(activation(DType::UInt8, 0.02, 0)),
             reduced(activation(DType::UInt8, 1, 0)), reduced(activation(DType::UInt8, 1, 0))},
            {"u8_reduced_zero64", reduced(activation(DType::UInt8, 0.02, 64)),
             reduced(activation(DType::UInt8, 1, 63)), reduced(activation(DType::UInt8, 1, 31))}};
}

struct Layer {
    std::string name;
    WeightedSpec spec;
    int64_t height, width;
};

std::vector<Layer> convolutions() {
    std::vector<Layer> layers;
    const auto add = [&](std::string name, int64_t h, int64_t w, const WeightedSpec& spec) {
        layers.push_back({std::move(name), spec, h, w});
    };
    add("dense", 12, 9, {.in = 16, .out = 32});
    add("dense_odd", 11, 7, {.in = 5, .out = 17});
    add("one_channel", 14, 14, {.in = 1, .out = 16, .padding = 2});
    add("rgb_7x7", 30, 30, {.in = 3, .out = 24, .kernel = 7, .stride = 2, .padding = 3});
    add("pointwise", 8, 8, {.in = 32, .out = 48, .kernel = 1, .padding = 0});
    add("pointwise_odd_stride2", 9, 9, {.in = 17, .out = 5, .kernel = 1, .stride = 2, .padding = 0});
    add("grouped", 10, 10, {.in = 32, .out = 64, .groups = 4});
    add("grouped_odd", 10, 10, {.in = 10, .out = 6, .groups = 2});
    add("depthwise", 14, 10, {.in = 32, .out = 32, .groups = 32});
    add("depthwise_odd_stride2", 13, 13, {.in = 17, .out = 17, .stride = 2, .groups = 17});
    add("dilated", 16, 16, {.in = 16, .out = 16, .padding = 2, .dilation = 2});
    add("per_tensor_weight", 8, 8, {.in = 16, .out = 16, .perChannel = false});
    add("no_bias", 8, 8, {.in = 16, .out = 16, .bias = false});
    return layers;
}

/// A scale that lets sums of `terms` products fill the output's range.
double outputScale(const QParams& x, int64_t terms) {
    const double spread = static_cast<double>(x.quantMax - x.quantMin);
    return x.scale[0] * spread / 3.5 * 0.4 * std::sqrt(static_cast<double>(terms)) / (spread / 6);
}

struct Variation {
    std::string name;
    FusedActivation (*activation)(double scale);
    bool hasAdd;
};

std::vector<Variation> variations() {
    return {{"plain", [](double) { return FusedActivation{}; }, false},
            {"relu", [](double) { return relu(); }, false},
            {"clip", [](double scale) { return clip(0, 20.3 * scale); }, false},
            {"add", [](double) { return FusedActivation{}; }, true},
            {"add_relu", [](double) { return relu(); }, true},
            {"add_clip", [](double scale) { return clip(-3.7 * scale, 33.1 * scale); }, true}};
}

/// input -> quantize -> layer (-> + quantized residual) -> dequantize.
struct Network {
    std::unique_ptr<Executor> executor;
    size_t node = 0;
    std::vector<at::Tensor> integers;  ///< inputs of the layer
    std::vector<at::Tensor> floats;    ///< inputs of the network
};

Network makeNetwork(QNode node, const Types& types, double yScale, Shape input, const Shape& output,
                    std::mt19937& random) {
    QParams y = types.y, residual = types.residual;
    y.scale = {yScale};
    residual.scale = {yScale * 1.37};
    QuantizedGraphBuilder b;
    Network network;
    std::vector<ValueId> inputs{b.quantize(b.input(input), types.x)};
    network.integers.push_back(randomIntegers(input, random, types.x));
    network.floats.push_back(randomFloats(input, random, -2, 2));
    if (node.hasAdd) {
        inputs.push_back(b.quantize(b.input(output), residual));
        network.integers.push_back(randomIntegers(output, random, residual));
        network.floats.push_back(randomFloats(output, random, -2, 2));
    }
    network.node = inputs.size();
    b.output(b.dequantize(b.add(std::move(node), inputs, y)));
    network.executor = std::move(makeOneDnnExecutor(b.take())).value();
    return network;
}

Shape convolutionOutput(const Layer& layer, int64_t batch) {
    const auto extent = [&](int64_t x) {
        return (x + 2 * layer.spec.padding - (layer.spec.kernel - 1) * layer.spec.dilation - 1) /
                   layer.spec.stride +
               1;
    };
    return {batch, layer.spec.out, extent(layer.height), extent(layer.width)};
}

class IntegerConvolution : public testing::TestWithParam<Types> {};

void testConvolutions(const Types& types) {
    Agreement total;
    unsigned seed = 1;
    for (const Layer& layer : convolutions()) {
        for (const Variation& variation : variations()) {
            SCOPED_TRACE(layer.name + " " + variation.name + " " + types.name + " seed " +
                         std::to_string(seed));
            std::mt19937 random(seed++);
            const WeightedSpec& spec = layer.spec;
            const double scale = outputScale(types.x, spec.in / spec.groups * spec.kernel * spec.kernel);
            WeightedSpec varied = spec;
            varied.activation = variation.activation(scale);
            varied.hasAdd = variation.hasAdd;
            const Shape input{2, spec.in, layer.height, layer.width};
            const Network network = makeNetwork(randomConv2d(varied, random, types.x), types, scale, input,
                                                convolutionOutput(layer, 2), random);
            expectMatchesReference(*network.executor, network.node, network.integers, &total);
            const std::string used = implementationOf(*network.executor, network.node, network.floats);
            const bool mayFallBack = layer.name == "grouped_odd";  // oneDNN often has only a slow loop
            EXPECT_TRUE(mayFallBack || isFast(used)) << used;
        }
    }
    testing::Test::RecordProperty("exact_percent", std::to_string(100 * total.exactShare()));
    EXPECT_GE(total.exactShare(), 0.999) << "exact on " << 100 * total.exactShare() << " %";
}

TEST_P(IntegerConvolution, MatchesTheReference) {
    testConvolutions(GetParam());
}

const auto typeName = [](const testing::TestParamInfo<Types>& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Types, IntegerConvolution, testing::ValuesIn(fullRangeTypes()), typeName);
INSTANTIATE_TEST_SUITE_P(ReducedTypes, IntegerConvolution, testing::ValuesIn(reducedTypes()), typeName);

class IntegerLinear : public testing::TestWithParam<Types> {};

TEST_P(IntegerLinear, MatchesTheReference) {
    unsigned seed = 1;
    for (const auto& [in, out, batch] : {std::tuple{64, 10, 1}, {17, 5, 3}, {512, 100, 1}, {30, 33, 64}}) {
        for (const Variation& variation : variations()) {
            SCOPED_TRACE(std::to_string(in) + "->" + std::to_string(out) + " " + variation.name + " seed " +
                         std::to_string(seed));
            std::mt19937 random(seed++);
            const double scale = outputScale(GetParam().x, in);
            const WeightedSpec spec{
                .in = in, .out = out, .activation = variation.activation(scale), .hasAdd = variation.hasAdd};
            const Network network = makeNetwork(randomLinear(spec, random, GetParam().x), GetParam(), scale,
                                                {batch, in}, {batch, out}, random);
            expectMatchesReference(*network.executor, network.node, network.integers);
            const std::string used = implementationOf(*network.executor, network.node, network.floats);
            EXPECT_TRUE(isFast(used)) << used;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, IntegerLinear, testing::ValuesIn(fullRangeTypes()), typeName);
INSTANTIATE_TEST_SUITE_P(ReducedTypes, IntegerLinear, testing::ValuesIn(reducedTypes()), typeName);

TEST(IntegerLinear, TakesMoreThanTwoDimensions) {
    std::mt19937 random(5);
    const Types types = fullRangeTypes()[1];
    const Network network = makeNetwork(randomLinear({.in = 24, .out = 7}, random, types.x), types, 0.5,
                                        {2, 3, 24}, {2, 3, 7}, random);
    expectMatchesReference(*network.executor, network.node, network.integers);
}

/// Sums as large as 8 bits allow: kernels that add pairs in 16 bits would saturate here.
void testExtremes(const Types& types, int64_t weight) {
    for (const int64_t x : {types.x.quantMin, types.x.quantMax}) {
        for (const bool alternate : {false, true}) {
            SCOPED_TRACE(types.name + " x=" + std::to_string(x) + " w=" + std::to_string(weight) +
                         (alternate ? " alternating" : ""));
            std::mt19937 random(9);
            const WeightedSpec spec{.in = 64, .out = 16, .padding = 0, .bias = false};
            QNode node = randomConv2d(spec, random, types.x);
            node.weightInt->fill_(weight);
            if (alternate) {
                node.weightInt->select(1, 0).fill_(-weight - (weight < 0));
            }
            const double largest = types.x.scale[0] * 0.01 * 255 * 128 * 64 * 9;
            Network network =
                makeNetwork(std::move(node), types, largest / 100, {1, 64, 6, 6}, {1, 16, 4, 4}, random);
            network.integers[0].fill_(x);
            expectMatchesReference(*network.executor, network.node, network.integers);
        }
    }
}

TEST(IntegerExtremes, FullRangeDoesNotSaturateInside) {
    for (const Types& types : fullRangeTypes()) {
        testExtremes(types, 127);
        testExtremes(types, -128);
    }
}

TEST(IntegerExtremes, ReducedRangeDoesNotSaturateInside) {
    for (const Types& types : reducedTypes()) {
        testExtremes(types, 127);
        testExtremes(types, -128);
    }
}

/// Two quantized inputs of different qparams into an add.
void testAdd(const Types& types, const FusedActivation& activation, unsigned seed) {
    SCOPED_TRACE(types.name + " seed " + std::to_string(seed));
    std::mt19937 random(seed);
    QParams a = types.x, b = types.residual, y = types.y;
    b.scale = {0.011};
    y.scale = {0.025};
    QuantizedGraphBuilder builder;
    const Shape shape{3, 17, 5, 7};
    const ValueId left = builder.quantize(builder.input(shape), a),
                  right = builder.quantize(builder.input(shape), b);
    QNode node = plainNode("add");
    node.activation = activation;
    builder.output(builder.dequantize(builder.add(node, {left, right}, y)));
    auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
    const std::vector<at::Tensor> inputs{randomIntegers(shape, random, a), randomIntegers(shape, random, b)};
    Agreement total;
    expectMatchesReference(*executor, 2, inputs, &total);
    EXPECT_GE(total.exactShare(), 0.999);
}

TEST(IntegerAdd, MatchesTheReference) {
    unsigned seed = 1;
    for (const Types& types : fullRangeTypes()) {
        for (const FusedActivation& activation : {FusedActivation{}, relu(), clip(-0.5, 1.3)}) {
            testAdd(types, activation, seed++);
        }
    }
}

TEST(IntegerAdd, ReducedRangeMatchesTheReference) {
    for (const Types& types : reducedTypes()) {
        testAdd(types, relu(), 1);
    }
}

/// A step with one input; `y` is the input's qparams for pass-through ops.
void testUnary(const QNode& node, const QParams& x, const QParams& y, const Shape& shape) {
    SCOPED_TRACE(node.op);
    std::mt19937 random(3);
    QuantizedGraphBuilder builder;
    builder.output(builder.dequantize(builder.add(node, {builder.quantize(builder.input(shape), x)}, y)));
    auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
    expectMatchesReference(*executor, 1, std::vector{randomIntegers(shape, random, x)});
    const std::string used = implementationOf(*executor, 1, std::vector{randomFloats(shape, random, -2, 2)});
    EXPECT_FALSE(used.starts_with("reference")) << used;
}

TEST(IntegerActivation, ChangesScaleAndZeroPoint) {
    QNode clipNode = plainNode("clip");
    clipNode.attrs.set("min", -0.5);
    clipNode.attrs.set("max", 1.1);
    for (const Types& types : fullRangeTypes()) {
        QParams y = types.y;
        y.scale = {0.013};
        testUnary(plainNode("relu"), types.x, y, {2, 5, 3, 4});
        testUnary(clipNode, types.x, y, {2, 5, 3, 4});
    }
}

TEST(IntegerPool, MatchesTheReference) {
    for (const Types& types : fullRangeTypes()) {
        const QParams& q = types.x;
        testUnary(poolNode("max_pool2d", 3, 2, 1), q, q, {2, 17, 13, 13});
        testUnary(poolNode("max_pool2d", 3, 2, 1, true), q, q, {1, 16, 14, 12});
        testUnary(poolNode("max_pool2d", 2, 2, 0, true), q, q, {1, 3, 7, 9});
        testUnary(poolNode("avg_pool2d", 2, 2, 0), q, q, {2, 17, 8, 8});
        testUnary(poolNode("avg_pool2d", 3, 3, 0, true), q, q, {1, 8, 10, 11});
        QNode adaptive = plainNode("adaptive_avg_pool2d");
        adaptive.attrs.set("output_size", std::vector<int64_t>{1, 1});
        testUnary(adaptive, q, q, {2, 33, 7, 7});
        adaptive.attrs.set("output_size", std::vector<int64_t>{4, 2});
        testUnary(adaptive, q, q, {1, 16, 8, 6});
    }
}

TEST(IntegerPool, CountsPadding) {
    for (const int64_t zeroPoint : {0, 100}) {  // 100: what oneDNN would count is not 0
        const QParams q = activation(DType::UInt8, 0.02, zeroPoint);
        testUnary(poolNode("avg_pool2d", 3, 2, 1), q, q, {1, 8, 9, 9});
    }
}

TEST(IntegerFlatten, KeepsChannelOrder) {
    QNode flatten = plainNode("flatten");
    flatten.attrs.set("start_dim", int64_t{1});
    flatten.attrs.set("end_dim", int64_t{-1});
    const QParams q = activation(DType::UInt8, 0.02, 100);
    testUnary(flatten, q, q, {2, 5, 3, 4});
    testUnary(flatten, q, q, {2, 64, 1, 1});
}

TEST(Boundary, QuantizesAndDequantizesLikeTheReference) {
    unsigned seed = 1;
    for (const Types& types : fullRangeTypes()) {
        for (const Shape& shape : {Shape{2, 3, 19, 23}, Shape{1, 16, 20, 20}, Shape{1, 37, 9, 9},
                                   Shape{4, 10}, Shape{1, 1, 28, 28}, Shape{2, 5, 300, 3}}) {
            SCOPED_TRACE(types.name + " seed " + std::to_string(seed));
            std::mt19937 random(seed++);
            QuantizedGraphBuilder builder;
            builder.output(builder.dequantize(builder.quantize(builder.input(shape), types.x)));
            auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
            Agreement total;
            expectMatchesReference(*executor, 0, std::vector{randomFloats(shape, random, -6, 6)}, &total);
            EXPECT_EQ(total.equal, total.count);
            expectMatchesReference(*executor, 1, std::vector{randomIntegers(shape, random, types.x)});
        }
    }
}

}  // namespace

}  // namespace qs::test
