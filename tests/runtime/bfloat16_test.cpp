#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "runtime/agreement.h"
#include "runtime/cpu.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

QNode inBFloat16(QNode node) {
    node.compute = Compute::BFloat16;
    return node;
}

/// What bfloat16 steps make of random numbers must be the reference's, up to the order of the sums.
void expectAgreement(const QNode& node, const std::vector<Shape>& shapes, unsigned seed) {
    SCOPED_TRACE(node.op + " seed " + std::to_string(seed));
    std::mt19937 random(seed);
    QuantizedGraphBuilder builder;
    std::vector<ValueId> inputs;
    std::vector<at::Tensor> tensors;
    for (const Shape& shape : shapes) {
        inputs.push_back(builder.input(shape));
        tensors.push_back(randomFloats(shape, random));
    }
    builder.output(builder.add(node, inputs));
    const auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
    expectMatchesReference(*executor, 0, tensors);
    if (cpuHasBFloat16()) {
        const std::string used = implementationOf(*executor, 0, tensors);
        EXPECT_NE(used.find("bf16"), std::string::npos) << used;
    }
}

TEST(BFloat16, MatchesTheReference) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        std::mt19937 random(seed);
        const int64_t groups = seed % 3 == 0 ? 4 : 1, in = 4 * (1 + seed % 5), out = 4 * (1 + seed % 7);
        const bool hasAdd = seed % 2 == 0;
        const WeightedSpec conv{
            .in = in, .out = out, .groups = groups, .activation = relu(), .hasAdd = hasAdd};
        std::vector<Shape> shapes{{2, in, 7, 9}};
        if (hasAdd) {
            shapes.push_back({2, out, 7, 9});
        }
        expectAgreement(inBFloat16(randomConv2d(conv, random, {})), shapes, seed);
        expectAgreement(inBFloat16(randomLinear({.in = in, .out = out}, random, {})), {{3, in}}, seed);
    }
}

TEST(BFloat16, RoundsItsOperands) {
    std::mt19937 random(3);
    const QNode node = randomConv2d({.in = 8, .out = 8}, random, {});
    const std::vector<at::Tensor> input{randomFloats({1, 8, 6, 6}, random)};
    const auto run = [&](const QNode& step) {
        QuantizedGraphBuilder builder;
        builder.output(builder.add(step, {builder.input({1, 8, 6, 6})}));
        return makeReferenceExecutor(builder.take()).value()->run(input).value().at(0);
    };
    const double distance = (run(inBFloat16(node)) - run(node)).abs().max().item<double>();
    EXPECT_GT(distance, 1e-5) << "8 bits of mantissa show";
    EXPECT_LT(distance, 0.1);
}

}  // namespace

}  // namespace qs::test
