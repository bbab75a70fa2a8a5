#include "quant/ptq/constants.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "ops/quantize.h"

namespace qs {
namespace {

QParams grid(double scale, int64_t zeroPoint = 120) {
    return {DType::UInt8, -1, {scale}, {zeroPoint}, 0, 255};
}

/// A step on [1, 4, 6, 5] and what quantizeConstant() makes of it.
QNode quantized(const std::string& op, const at::Tensor& constant, const QParams& x, const QParams& y,
                const std::optional<QParams>& known = {}) {
    QuantizedGraph graph;
    graph.values = {{{0}, "x", {1, 4, 6, 5}, x}, {{1}, "y", {1, 4, 6, 5}, y}};
    QNode node;
    node.op = op;
    node.inputs = {{0}};
    node.outputs = {{1}};
    node.constants = {constant};
    quantizeConstant(graph, node, known);
    return node;
}

at::Tensor randomConstant(at::IntArrayRef shape) {
    at::manual_seed(3);
    return at::randn(shape);
}

TEST(Constants, LieOnAGridOf127StepsToTheLargest) {
    const at::Tensor constant = randomConstant({1, 4, 6, 5});
    const QNode sum = quantized("add", constant, grid(0.03), grid(0.04, 7));
    ASSERT_TRUE(sum.constantQParams);
    const double step = constant.abs().max().item<double>() / 127;
    EXPECT_DOUBLE_EQ(sum.constantQParams->scale[0], step);
    EXPECT_EQ(sum.constantQParams->zeroPoint[0], 128);
    EXPECT_LE((sum.constants[0] - constant).abs().max().item<double>(), step / 2 * 1.0001);
    const at::Tensor steps = (sum.constants[0] / step);
    EXPECT_TRUE(at::allclose(steps, steps.round(), 1e-4, 1e-4));
    EXPECT_TRUE(quantized("mul", constant, grid(0.003), grid(0.04)).constantQParams);
}

TEST(Constants, StayRealByChannel) {
    for (const auto& shape : std::vector<std::vector<int64_t>>{{4, 1, 1}, {1, 4, 1, 1}, {1}}) {
        const at::Tensor constant = randomConstant(shape);
        for (const char* op : {"add", "mul"}) {
            const QNode node = quantized(op, constant, grid(0.03), grid(0.04));
            EXPECT_FALSE(node.constantQParams);
            EXPECT_TRUE(at::equal(node.constants[0], constant));
        }
    }
}

TEST(Constants, StayRealWhereTheGridWouldMoveAResult) {
    const at::Tensor constant = randomConstant({4, 6, 5});
    const double largest = constant.abs().max().item<double>();
    EXPECT_TRUE(quantized("add", constant, grid(1), grid(largest / 254 * 1.01)).constantQParams);
    EXPECT_FALSE(quantized("add", constant, grid(1), grid(largest / 254 * 0.99)).constantQParams);
    // A factor's step counts as often as the other operand is large: 135 steps above its zero point.
    EXPECT_TRUE(quantized("mul", constant, grid(1), grid(135 * largest / 254 * 1.01)).constantQParams);
    EXPECT_FALSE(quantized("mul", constant, grid(1), grid(135 * largest / 254 * 0.99)).constantQParams);
    const at::Tensor infinite = at::full({4, 6, 5}, std::numeric_limits<double>::infinity());
    EXPECT_FALSE(quantized("add", infinite, grid(1), grid(1)).constantQParams);
    EXPECT_FALSE(quantized("add", infinite * 0, grid(1), grid(1)).constantQParams);
}

TEST(Constants, KeepTheGridOfAFile) {
    const QParams file{DType::Int8, -1, {0.125}, {3}, -128, 127};
    const at::Tensor constant = dequantize(quantize(randomConstant({4, 6, 5}), file), file);
    const QNode node = quantized("add", constant, grid(0.03), grid(0.001), file);
    EXPECT_EQ(node.constantQParams, file);
    EXPECT_TRUE(at::equal(node.constants[0], constant));
}

}  // namespace
}  // namespace qs
