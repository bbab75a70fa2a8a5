// Which changes of layout a plan makes, and that sharing them changes no result.

#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/executor.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

const QParams kGrid = activation(DType::UInt8, 0.05, 100);

int64_t countReorders(Executor& executor, std::span<const at::Tensor> input) {
    const auto profile = executor.profile(input, 0, 1);
    EXPECT_TRUE(profile) << profile.error().message;
    return std::ranges::count(profile->nodes, NodeTime::Kind::Reorder, &NodeTime::kind);
}

void expectSameAsReference(const QuantizedGraph& graph, const std::vector<at::Tensor>& input,
                           int64_t reorders) {
    const auto executor = makeOneDnnExecutor(graph).value();
    const auto reference = makeReferenceExecutor(graph).value();
    for (int run = 0; run < 2; ++run) {
        const auto actual = executor->run(input), expected = reference->run(input);
        ASSERT_TRUE(actual) << actual.error().message;
        ASSERT_TRUE(expected) << expected.error().message;
        for (size_t i = 0; i < expected->size(); ++i) {
            EXPECT_TRUE(at::allclose(actual->at(i), expected->at(i), 1e-4, 1e-4)) << "output " << i;
        }
    }
    EXPECT_EQ(countReorders(*executor, input), reorders);
}

QNode flatten() {
    QNode node = plainNode("flatten");
    node.attrs.set("start_dim", int64_t{1});
    node.attrs.set("end_dim", int64_t{-1});
    return node;
}

TEST(Layouts, StayAsTheyAreAroundARestoredLayer) {
    std::mt19937 random(1);
    QuantizedGraphBuilder b;
    ValueId x = b.quantize(b.input({1, 8, 10, 10}), kGrid);
    x = b.dequantize(b.add(randomConv2d({}, random, kGrid), {x}, kGrid));
    x = b.add(randomConv2d({}, random, {}), {x});
    x = b.add(randomConv2d({}, random, kGrid), {b.quantize(x, kGrid)}, kGrid);
    b.output(b.dequantize(x));
    const auto executor = makeOneDnnExecutor(b.take()).value();
    EXPECT_EQ(countReorders(*executor, std::vector{randomFloats({1, 8, 10, 10}, random)}), 0);
}

TEST(Layouts, AreChangedOnceForSeveralReaders) {
    std::mt19937 random(2);
    QuantizedGraphBuilder b;
    const ValueId image = b.input({2, 8, 4, 4});
    const ValueId x = b.add(randomConv2d({}, random, {}), {image});
    for (int head = 0; head < 3; ++head) {
        b.output(b.add(randomLinear({.in = 128, .out = 5}, random, {}), {b.add(flatten(), {x})}));
    }
    // One for the image, one for what the convolution made.
    expectSameAsReference(b.take(), {randomFloats({2, 8, 4, 4}, random)}, 2);
}

TEST(Layouts, AreChangedAgainWhereAReaderOverwroteTheFirst) {
    std::mt19937 random(3);
    QuantizedGraphBuilder b;
    const ValueId image = b.input({2, 8, 4, 4}), rows = b.input({2, 128});
    const ValueId x = b.add(randomConv2d({}, random, {}), {image});
    const ValueId residual = b.add(flatten(), {x});
    // The sum goes where the residual lies, which nobody reads later ...
    b.output(b.add(randomLinear({.in = 128, .out = 128, .hasAdd = true}, random, {}), {rows, residual}));
    // ... but x itself is read once more.
    b.output(b.add(randomLinear({.in = 128, .out = 5}, random, {}), {b.add(flatten(), {x})}));
    expectSameAsReference(b.take(), {randomFloats({2, 8, 4, 4}, random), randomFloats({2, 128}, random)}, 3);
}

}  // namespace

}  // namespace qs::test
