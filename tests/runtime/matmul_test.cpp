// Products of two activations against the reference.

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/step.h"

namespace qs::test {

namespace {

struct Factors {
    Shape left, right;
};

std::vector<Factors> factors() {
    return {{{1, 1}, {1, 1}},           {{5, 17}, {17, 3}},
            {{3, 49, 32}, {3, 32, 49}}, {{2, 3, 19, 33}, {2, 3, 33, 21}},
            {{2, 3, 7, 16}, {16, 9}},   {{1, 12, 30, 64}, {1, 12, 64, 30}},
            {{4, 6, 5}, {1, 5, 8}},     {{2, 3, 7, 16}, {3, 16, 9}},
            {{1, 5, 6}, {4, 6, 7}},     {{2, 1, 257}, {2, 257, 1}}};
}

/// Lets the sums of products fill the output's range.
QParams outputFor(QParams y, const QParams& a, const QParams& b, int64_t terms) {
    const auto spread = [](const QParams& q) { return q.scale[0] * 75; };
    y.scale = {spread(a) * spread(b) * std::sqrt(static_cast<double>(terms)) * 3 / 128};
    return y;
}

TEST(IntegerMatmul, MatchesTheReference) {
    const std::vector<QParams> results{activation(DType::UInt8, 1, 128), activation(DType::Int8, 1, -9),
                                       activation(DType::UInt8, 1, 0),
                                       reduced(activation(DType::UInt8, 1, 64))};
    unsigned seed = 1;
    for (const QParams& a : inputTypes()) {
        for (const QParams& b : inputTypes()) {
            for (const auto& [left, right] : factors()) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                const QParams y = outputFor(results[seed % results.size()], a, b, left.back());
                Step step(plainNode("matmul"), {left, right}, {a, b}, y, seed++);
                step.expectMatches(0.99);
                EXPECT_TRUE(isFast(step.implementation())) << step.implementation();
            }
        }
    }
}

TEST(IntegerMatmul, IsRightAtTheEndsOfTheRange) {
    for (const QParams& a : inputTypes()) {
        for (const QParams& b : inputTypes()) {
            for (const int ends : {0, 1, 2, 3}) {
                const QParams y = activation(DType::UInt8, 30, 128);
                Step step(plainNode("matmul"), {{2, 9, 64}, {2, 64, 9}}, {a, b}, y);
                step.fillWithEnd(0, ends & 1);
                step.fillWithEnd(1, ends & 2);
                SCOPED_TRACE("ends " + std::to_string(ends));
                step.expectMatches(0.999);
            }
        }
    }
}

TEST(IntegerMatmul, KeepsToTheActivation) {
    const QParams x = inputTypes()[1], y = outputFor(activation(DType::UInt8, 1, 100), x, x, 32);
    for (const FusedActivation& bounds : {relu(), clip(-y.scale[0] * 20, y.scale[0] * 30.5)}) {
        QNode node = plainNode("matmul");
        node.activation = bounds;
        Step(node, {{2, 8, 32}, {2, 32, 10}}, {x, x}, y).expectMatches(0.99);
    }
}

TEST(IntegerMatmul, TakesReducedRangesWithoutVnni) {
    const QParams unit = activation(DType::UInt8, 1.0 / 256, 0);  // a softmax's
    const QParams value = reduced(activation(DType::UInt8, 0.06, 60));
    const QParams result = reduced(activation(DType::UInt8, 0.3, 60));
    const QParams narrow = reduced(activation(DType::Int8, 0.06, 5));
    for (const auto& [a, b] : {std::pair(unit, value), std::pair(value, value), std::pair(narrow, value),
                               std::pair(value, narrow), std::pair(narrow, narrow)}) {
        for (const int ends : {0, 1, 2, 3, 4}) {
            Step step(plainNode("matmul"), {{2, 9, 64}, {2, 64, 9}}, {a, b}, result);
            if (ends < 4) {
                step.fillWithEnd(0, ends & 1);
                step.fillWithEnd(1, ends & 2);
            }
            step.expectMatches(0.99);
            EXPECT_EQ(step.implementation().find("reference"), std::string::npos) << step.implementation();
        }
    }
}

TEST(IntegerMatmul, ReadsAPermutedFactor) {
    std::mt19937 random(3);
    const QParams q = inputTypes()[1];
    QuantizedGraphBuilder builder;
    QNode permute = plainNode("permute");
    permute.attrs.set("dims", std::vector<int64_t>{0, 1, 3, 2});
    const Shape shape{2, 4, 25, 16};
    const ValueId x = builder.quantize(builder.input(shape), q);
    const ValueId turned = builder.add(permute, {x}, q);
    builder.output(builder.dequantize(builder.add(plainNode("matmul"), {x, turned}, outputFor(q, q, q, 16))));
    const QuantizedGraph graph = builder.take();
    const std::vector input{randomFloats(shape, random, -3, 3)};
    const at::Tensor actual = std::move(makeOneDnnExecutor(graph)).value()->run(input).value()[0];
    const at::Tensor expected = std::move(makeReferenceExecutor(graph)).value()->run(input).value()[0];
    EXPECT_LE((actual - expected).abs().max().item<float>(), 1.001 * outputFor(q, q, q, 16).scale[0]);
}

TEST(FloatMatmul, MatchesATen) {
    unsigned seed = 1;
    for (const auto& [left, right] : factors()) {
        const std::string used = testFloat(plainNode("matmul"), {left, right}, seed++);
        EXPECT_EQ(used.find("reference"), std::string::npos) << used;
    }
    QNode node = plainNode("matmul");
    node.activation = clip(-0.5, 2);
    testFloat(node, {{2, 8, 32}, {2, 32, 10}}, seed);
}

TEST(Matmul, LeavesVectorsToTheReference) {
    EXPECT_EQ(testFloat(plainNode("matmul"), {{8, 32}, {32}}, 1), "reference (an input is no matrix)");
}

}  // namespace

}  // namespace qs::test
