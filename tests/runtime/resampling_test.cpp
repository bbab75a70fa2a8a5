// Averages, interpolation and padding against the reference.

#include <gtest/gtest.h>

#include "runtime/step.h"

namespace qs::test {

namespace {

using Ints = std::vector<int64_t>;

std::vector<QParams> outputTypes() {
    return {activation(DType::UInt8, 0.03, 117), activation(DType::Int8, 0.025, -5),
            reduced(activation(DType::UInt8, 0.05, 64))};
}

/// Integers of every kind of qparams, the same and other ones behind; then floats. Means of few numbers often
/// lie half-way between two integers, where a rounding error decides.
void testStep(const QNode& node, const Shape& shape, double exact = 0.75) {
    unsigned seed = 1;
    for (const QParams& x : inputTypes()) {
        std::vector<QParams> results = outputTypes();
        results.push_back(x);
        for (const QParams& y : results) {
            SCOPED_TRACE(node.op + " seed " + std::to_string(seed));
            Step(node, {shape}, {x}, y, seed++).expectMatches("loop", exact);
        }
    }
    EXPECT_EQ(testFloat(node, {shape}, seed), "loop");
    QNode bounded = node;
    bounded.activation = clip(-0.3, 0.4);
    EXPECT_EQ(testFloat(bounded, {shape}, seed), "loop");
    Step(bounded, {shape}, {inputTypes()[1]}, outputTypes()[0], seed).expectMatches("loop", exact);
}

TEST(Bilinear, MatchesTheReference) {
    QNode node = plainNode("upsample_bilinear2d");
    for (const bool align : {false, true}) {
        node.attrs.set("align_corners", align);
        for (const auto& size : {Ints{12, 10}, Ints{7, 13}, Ints{3, 2}, Ints{1, 1}, Ints{6, 5}}) {
            node.attrs.set("output_size", size);
            testStep(node, {2, 17, 6, 5});
        }
    }
    node.attrs.set("align_corners", false);
    node.attrs.set("output_size", Ints{9, 12});
    node.attrs.set("scales", std::vector<double>{1.6, 2.5});
    testStep(node, {1, 70, 6, 5});
}

TEST(AdaptiveAveragePool, TakesSizesThatDoNotDivide) {
    QNode node = plainNode("adaptive_avg_pool2d");
    for (const auto& size : {Ints{4, 3}, Ints{7, 7}, Ints{2, 9}}) {
        node.attrs.set("output_size", size);
        testStep(node, {2, 70, 10, 7});
    }
}

TEST(AveragePool, CountsPaddingWithAZeroPoint) {
    for (const bool ceil : {false, true}) {
        QNode node = poolNode("avg_pool2d", 3, 2, 1, ceil);
        for (const QParams& x : inputTypes()) {
            for (const QParams& y : {x, outputTypes()[0]}) {
                Step step(node, {{2, 19, 14, 11}}, {x}, y);
                step.expectMatches(0.9);
                const std::string used = step.implementation();
                EXPECT_EQ(used.find("reference"), std::string::npos) << used;
            }
        }
    }
}

TEST(AveragePool, IsRightAtTheEndsOfTheRange) {
    for (const QParams& x : inputTypes()) {
        for (const bool high : {false, true}) {
            Step step(poolNode("avg_pool2d", 3, 2, 1), {{2, 19, 14, 11}}, {x}, outputTypes()[0]);
            step.fillWithEnd(0, high);
            step.expectMatches(0.9);
        }
    }
}

TEST(Mean, MatchesTheReference) {
    QNode node = plainNode("mean");
    for (const bool keepdim : {false, true}) {
        node.attrs.set("keepdim", keepdim);
        node.attrs.set("dims", Ints{2, 3});
        testStep(node, {2, 70, 7, 9});
        testStep(node, {1, 3, 1, 1});
        node.attrs.set("dims", Ints{1});
        testStep(node, {2, 31, 96});
        testStep(node, {5, 40});
        node.attrs.set("dims", Ints{0, 1, 2});
        testStep(node, {3, 4, 5});
    }
}

TEST(Mean, LeavesScatteredAxesToTheReference) {
    QNode node = plainNode("mean");
    node.attrs.set("keepdim", true);
    node.attrs.set("dims", Ints{0, 2});
    EXPECT_EQ(testFloat(node, {{3, 4, 5}}, 1), "reference (the axes of its mean do not lie side by side)");
}

TEST(Pad, PutsZerosAround) {
    unsigned seed = 1;
    QNode node = plainNode("pad");
    for (const auto& pads : {Ints{1, 2}, Ints{0, 1, 2, 0}, Ints{1, 1, 1, 1, 1, 1}, Ints{0, 0, 0, 0, 2, 3},
                             Ints{3, 0, 0, 0, 0, 0, 0, 1}}) {
        node.attrs.set("pads", pads);
        for (const QParams& q : inputTypes()) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            Step(node, {{2, 5, 4, 3}}, {q}, q, seed++).expectMatches("loop", 1);
        }
        EXPECT_EQ(testFloat(node, {{2, 5, 4, 3}}, seed), "loop");
    }
    node.attrs.set("pads", Ints{1, 0, 0, 2});
    EXPECT_EQ(testFloat(node, {{3, 5}}, seed), "loop");
    node.attrs.set("pads", Ints{-1, 0});
    EXPECT_EQ(testFloat(node, {{3, 5}}, seed), "reference (it cuts off instead of padding)");
}

}  // namespace

}  // namespace qs::test
