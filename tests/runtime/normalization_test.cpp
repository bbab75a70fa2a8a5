// Batch and layer normalization against the reference, within 1 LSB: sums are added in another order.

#include <gtest/gtest.h>

#include "runtime/step.h"

namespace qs::test {

namespace {

QNode batchNorm(int64_t channels, std::mt19937& random) {
    QNode node = plainNode("batch_norm");
    node.attrs.set("eps", 1e-5);
    for (const auto& [low, high] :
         {std::pair(0.3F, 1.4F), std::pair(-0.6F, 0.6F), std::pair(-0.5F, 0.5F), std::pair(0.01F, 4.0F)}) {
        node.constants.push_back(randomFloats({channels}, random, low, high));
    }
    return node;
}

QNode layerNorm(const Shape& shape, std::mt19937& random) {
    QNode node = plainNode("layer_norm");
    node.attrs.set("normalized_shape", std::vector<int64_t>(shape.begin(), shape.end()));
    node.attrs.set("eps", 1e-6);
    node.constants = {randomFloats(shape, random, 0.3F, 1.4F), randomFloats(shape, random, -0.6F, 0.6F)};
    return node;
}

std::vector<QParams> outputTypes() {
    return {activation(DType::UInt8, 0.03, 117), activation(DType::Int8, 0.025, -5),
            reduced(activation(DType::UInt8, 0.05, 64))};
}

const std::vector<Shape>& batchNormShapes() {
    static const std::vector<Shape> shapes{
        {2, 17, 6, 5}, {1, 3, 1, 1}, {3, 64, 7, 7}, {5, 19}, {1, 200, 40, 30}};
    return shapes;
}

TEST(BatchNorm, MatchesTheReferenceInIntegers) {
    unsigned seed = 1;
    for (const QParams& x : inputTypes()) {
        for (const QParams& y : outputTypes()) {
            for (const Shape& shape : batchNormShapes()) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                std::mt19937 random(seed++);
                QNode node = batchNorm(shape[1], random);
                node.activation = seed % 2 ? relu() : FusedActivation{};
                Step(node, {shape}, {x}, y, seed).expectMatches("loop", 0.999);
            }
        }
    }
}

TEST(BatchNorm, MatchesATenInFloats) {
    unsigned seed = 1;
    for (const Shape& shape : batchNormShapes()) {
        for (const FusedActivation& activation : {FusedActivation{}, relu(), clip(-0.3, 0.4)}) {
            std::mt19937 random(seed);
            QNode node = batchNorm(shape[1], random);
            node.activation = activation;
            EXPECT_EQ(testFloat(node, {shape}, seed++), "loop");
        }
    }
}

TEST(BatchNorm, LeavesSequencesToTheReference) {
    std::mt19937 random(1);
    EXPECT_EQ(testFloat(batchNorm(4, random), {{2, 4, 9}}, 1),
              "reference (it is neither of images or volumes nor of vectors)");
}

struct Rows {
    Shape input, normalized;
};

const std::vector<Rows>& layerNormShapes() {
    static const std::vector<Rows> shapes{{{2, 7, 96}, {96}},    {{1, 197, 768}, {768}}, {{3, 5}, {5}},
                                          {{2, 6, 5, 33}, {33}}, {{2, 4, 6}, {4, 6}},    {{4, 1}, {1}},
                                          {{2, 40000}, {40000}}};
    return shapes;
}

TEST(LayerNorm, MatchesTheReferenceInIntegers) {
    unsigned seed = 1;
    for (const QParams& x : inputTypes()) {
        for (const QParams& y : outputTypes()) {
            for (const auto& [input, normalized] : layerNormShapes()) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                std::mt19937 random(seed++);
                Step(layerNorm(normalized, random), {input}, {x}, y, seed).expectMatches("loop", 0.998);
            }
        }
    }
}

TEST(LayerNorm, OfEqualElementsIsTheBias) {
    std::mt19937 random(1);
    for (const QParams& x : inputTypes()) {
        for (const bool high : {false, true}) {
            Step step(layerNorm({70}, random), {{3, 70}}, {x}, outputTypes()[0]);
            step.fillWithEnd(0, high);
            step.expectMatches("loop", 0.999);
        }
    }
}

TEST(LayerNorm, MatchesATenInFloats) {
    unsigned seed = 1;
    for (const auto& [input, normalized] : layerNormShapes()) {
        if (normalized == Shape{1}) {
            continue;  // 0 * 1000 here, x * 1000 - x * 1000 there
        }
        std::mt19937 random(seed);
        QNode node = layerNorm(normalized, random);
        node.activation = seed % 2 ? relu() : FusedActivation{};
        EXPECT_EQ(testFloat(node, {input}, seed++), "loop");
    }
}

}  // namespace

}  // namespace qs::test
