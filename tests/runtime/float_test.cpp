#include <gtest/gtest.h>

#include "runtime/step.h"

namespace qs::test {

namespace {

TEST(Float, ConvolutionMatchesATen) {
    unsigned seed = 1;
    for (const auto& spec :
         {WeightedSpec{.in = 3, .out = 17, .kernel = 7, .stride = 2, .padding = 3},
          WeightedSpec{.in = 16, .out = 32}, WeightedSpec{.in = 24, .out = 24, .groups = 24},
          WeightedSpec{.in = 10, .out = 6, .groups = 2},
          WeightedSpec{.in = 17, .out = 5, .kernel = 1, .padding = 0},
          WeightedSpec{.in = 8, .out = 8, .padding = 2, .dilation = 2, .bias = false}}) {
        for (const FusedActivation& activation : {FusedActivation{}, relu(), clip(0, 0.6), clip(-0.3, 0.4)}) {
            std::mt19937 random(seed);
            WeightedSpec varied = spec;
            varied.activation = activation;
            const std::string used =
                testFloat(randomConv2d(varied, random, {}), {{2, spec.in, 15, 13}}, seed++);
            EXPECT_EQ(used.find("reference"), std::string::npos) << used;
        }
    }
}

TEST(Float, ResidualAddIsFused) {
    for (const FusedActivation& activation : {FusedActivation{}, relu(), clip(-1, 2)}) {
        std::mt19937 random(4);
        const WeightedSpec spec{.in = 16, .out = 12, .activation = activation, .hasAdd = true};
        const std::string used = testFloat(randomConv2d(spec, random, {}), {{2, 16, 9, 9}, {2, 12, 9, 9}}, 4);
        EXPECT_EQ(used.find("reference"), std::string::npos) << used;
    }
}

TEST(Float, LinearMatchesATen) {
    std::mt19937 random(2);
    EXPECT_NE(testFloat(randomLinear({.in = 33, .out = 10}, random, {}), {{5, 33}}, 2), "");
    testFloat(randomLinear({.in = 512, .out = 100, .activation = relu()}, random, {}), {{1, 512}}, 3);
    testFloat(randomLinear({.in = 8, .out = 12, .bias = false}, random, {}), {{2, 3, 8}}, 4);
}

TEST(Float, ElementwiseMatchesATen) {
    QNode add = plainNode("add");
    testFloat(add, {{2, 3, 5, 5}, {2, 3, 5, 5}}, 1);
    add.activation = relu();
    testFloat(add, {{2, 3, 5, 5}, {2, 3, 5, 5}}, 2);
    testFloat(plainNode("relu"), {{2, 300}}, 3);
    QNode clipNode = plainNode("clip");
    clipNode.attrs.set("min", 0.0);
    clipNode.attrs.set("max", 1.5);
    testFloat(clipNode, {{2, 4, 3, 3}}, 4);
}

TEST(Float, ActivationFunctionsMatchATen) {
    for (const char* op :
         {"elu", "gelu", "hard_sigmoid", "hard_swish", "leaky_relu", "sigmoid", "silu", "tanh"}) {
        QNode node = plainNode(op);
        node.attrs.set("alpha", std::string(op) == "hard_sigmoid" ? 1.0 / 6 : 0.7);
        node.attrs.set("beta", 0.5);
        node.attrs.set("slope", 0.2);
        for (const FusedActivation& activation : {FusedActivation{}, clip(-0.1, 0.6)}) {
            node.activation = activation;
            for (const Shape& shape : {Shape{2, 19, 5, 13}, Shape{3, 7}, Shape{1, 2, 3, 4, 5}}) {
                const std::string used = testFloat(node, {shape}, 1);
                EXPECT_EQ(used.find("reference"), std::string::npos) << used;
            }
        }
    }
    QNode node = plainNode("gelu");
    node.attrs.set("approximate", std::string("tanh"));
    testFloat(node, {{3, 70}}, 2);
    node = plainNode("elu");
    node.attrs.set("scale", 1.05);
    EXPECT_EQ(testFloat(node, {{3, 70}}, 2),
              "reference (floats have no table; oneDNN has no such function of floats)");
}

TEST(Float, ProductsMatchATen) {
    const Shape image{2, 17, 6, 5}, gate{2, 17, 1, 1};
    QNode node = plainNode("mul");
    for (const FusedActivation& activation : {FusedActivation{}, clip(-0.5, 0.6)}) {
        node.activation = activation;
        for (const auto& [left, right] : {std::pair(image, image), std::pair(image, gate),
                                          std::pair(gate, image), std::pair(Shape{3, 9}, Shape{3, 9})}) {
            EXPECT_EQ(testFloat(node, {left, right}, 1), "loop");
        }
    }
}

TEST(Float, ConstantsMatchATen) {
    std::mt19937 random(6);
    for (const char* op : {"mul", "add"}) {
        for (const Shape& constant : {Shape{}, Shape{1}, Shape{5, 1, 1}, Shape{1, 5, 9, 3}, Shape{9, 1}}) {
            QNode node = plainNode(op);
            node.constants = {randomFloats(constant, random)};
            EXPECT_EQ(testFloat(node, {{2, 5, 9, 3}}, 1), "loop");
        }
    }
}

TEST(Float, PreluMatchesATen) {
    std::mt19937 random(6);
    for (const Shape& shape : {Shape{2, 17, 6, 5}, Shape{4, 17}}) {
        for (const int64_t slopes : {1, 17}) {
            QNode node = plainNode("prelu");
            node.constants = {randomFloats({slopes}, random)};
            EXPECT_EQ(testFloat(node, {shape}, 1), "loop");
        }
    }
}

TEST(Float, BroadcastAddRunsOnTheReference) {
    EXPECT_EQ(testFloat(plainNode("add"), {{2, 3, 5, 5}, {1, 3, 1, 1}}, 1),
              "reference (it broadcasts one input)");
}

TEST(Float, PoolsMatchATen) {
    for (const bool ceil : {false, true}) {
        testFloat(poolNode("max_pool2d", 3, 2, 1, ceil), {{2, 5, 14, 11}}, 1);
        testFloat(poolNode("avg_pool2d", 3, 2, 1, ceil), {{2, 5, 14, 11}}, 2);
        testFloat(poolNode("avg_pool2d", 2, 2, 0, ceil), {{2, 5, 14, 11}}, 3);
        QNode exclude = poolNode("avg_pool2d", 3, 2, 1, ceil);
        exclude.attrs.set("count_include_pad", false);
        testFloat(exclude, {{2, 5, 14, 11}}, 4);
    }
    QNode adaptive = plainNode("adaptive_avg_pool2d");
    for (const int64_t size : {1, 2, 3}) {
        adaptive.attrs.set("output_size", std::vector<int64_t>{size, size});
        testFloat(adaptive, {{2, 19, 8, 8}}, 5);
    }
}

}  // namespace

}  // namespace qs::test
