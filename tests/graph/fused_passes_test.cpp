#include <ATen/ops/allclose.h>
#include <ATen/ops/scalar_tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "graph/passes/passes.h"
#include "graph/passes/simplify.h"
#include "support/traced_net.h"

namespace qs {
namespace {

using test::attributes;
using test::TracedNet;
using ::testing::ElementsAre;

AtenArg t(ValueId value) {
    return TracedNet::tensor(value);
}
AtenArg n(double value) {
    return TracedNet::number(value);
}
AtenArg one() {
    return TracedNet::number(int64_t{1});
}

/// Whether what is left after simplify() computes the same.
void expectSame(TracedNet& net) {
    const auto before = net.results();
    simplify(net.graph);
    const auto after = net.results();
    ASSERT_EQ(after.size(), before.size());
    for (size_t i = 0; i < before.size(); ++i) {
        EXPECT_TRUE(at::allclose(after[i], before[i], 1e-4, 1e-5));
    }
}

ValueId relu6(TracedNet& net, ValueId x, double high = 6) {
    return net.op("clip", attributes({{"min", 0.0}, {"max", high}}), {x}, "act");
}

TEST(Silu, IsAProductWithItsSigmoidOnEitherSide) {
    for (const bool swapped : {false, true}) {
        TracedNet net;
        const ValueId x = net.conv2d(net.input({1, 3, 4, 4}), 4);
        const ValueId gate = net.op("sigmoid", {}, {x}, "block.act");
        net.output(net.op("mul", {}, swapped ? std::vector{gate, x} : std::vector{x, gate}, "block.act"));
        expectSame(net);
        EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "silu"));
        EXPECT_EQ(net.graph.nodes()[1].scope, "block.act");
    }
}

TEST(Silu, IsNotASigmoidThatOthersRead) {
    TracedNet net;
    const ValueId x = net.input({1, 3, 4, 4});
    const ValueId gate = net.op("sigmoid", {}, {x});
    net.output(net.op("mul", {}, {x, gate}));
    net.output(gate);
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("sigmoid", "mul"));
}

TEST(Silu, LiesInTheModuleThatAllItsNodesLieIn) {
    TracedNet net;
    const ValueId x = net.input({1, 3});
    net.output(net.op("mul", {}, {x, net.op("sigmoid", {}, {x}, "block.gate")}, "block"));
    simplify(net.graph);
    EXPECT_EQ(net.graph.nodes()[0].scope, "block");
}

TEST(HardSigmoid, IsARelu6OfAShiftBySix) {
    for (const bool quotient : {false, true}) {
        TracedNet net;
        const ValueId x = net.input({1, 3, 4, 4});
        const ValueId clipped =
            relu6(net, net.op("add", {}, {x, net.constant(at::scalar_tensor(3.0f))}, "act"));
        net.output(quotient ? net.carried("aten::div.Scalar", {t(clipped), n(6)}, "act")
                            : net.op("mul", {}, {clipped, net.constant(at::scalar_tensor(1 / 6.0f))}, "act"));
        expectSame(net);
        EXPECT_THAT(net.opNames(), ElementsAre("hard_sigmoid"));
        EXPECT_EQ(net.graph.nodes()[0].attrs.get<double>("alpha"), 1.0 / 6);
    }
}

TEST(HardSigmoid, HasAnySlope) {
    TracedNet net;
    const ValueId scaled = net.carried("aten::mul.Scalar", {t(net.input({1, 3, 4, 4})), n(0.2)});
    net.output(relu6(net, net.carried("aten::add.Scalar", {t(scaled), n(0.5), one()}), 1));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("hard_sigmoid"));
    EXPECT_NEAR(net.graph.nodes()[0].attrs.get<double>("alpha"), 0.2, 1e-8);
}

TEST(HardSigmoid, IsNotAnotherQuotient) {
    TracedNet net;
    const ValueId shifted = net.carried("aten::add.Scalar", {t(net.input({1, 3})), n(3), one()});
    net.output(net.carried("aten::div.Scalar", {t(relu6(net, shifted)), n(5)}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("add", "clip", "mul"));
}

TEST(HardSwish, IsAProductWithItsHardSigmoid) {
    TracedNet net;
    const ValueId x = net.conv2d(net.input({1, 3, 4, 4}), 4);
    const ValueId gate = net.op("hard_sigmoid", attributes({{"alpha", 1.0 / 6}, {"beta", 0.5}}), {x}, "act");
    net.output(net.op("mul", {}, {gate, x}, "act"));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "hard_swish"));
}

TEST(HardSwish, IsAProductWithARelu6BySix) {
    TracedNet net;
    const ValueId x = net.conv2d(net.input({1, 3, 4, 4}), 4);
    const ValueId gate = relu6(net, net.carried("aten::add.Scalar", {t(x), n(3), one()}));
    net.output(net.carried("aten::div.Tensor",
                           {t(net.op("mul", {}, {x, gate})), TracedNet::number(at::scalar_tensor(6.0f))}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "hard_swish"));
}

TEST(HardSwish, HasPyTorchsSlope) {
    TracedNet net;
    const ValueId x = net.input({1, 3});
    const ValueId gate = net.op("hard_sigmoid", attributes({{"alpha", 0.2}, {"beta", 0.5}}), {x});
    net.output(net.op("mul", {}, {x, gate}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("hard_sigmoid", "mul"));
}

/// 1 + erf(x / sqrt(2)).
ValueId erfTerm(TracedNet& net, ValueId x) {
    const ValueId scaled = net.carried("aten::div.Scalar", {t(x), n(std::sqrt(2.0))}, "act");
    return net.carried("aten::add.Scalar", {t(net.carried("aten::erf", {t(scaled)}, "act")), n(1), one()},
                       "act");
}

TEST(Gelu, IsTheProductInAnyOrder) {
    for (const int order : {0, 1, 2}) {
        TracedNet net;
        const ValueId x = net.conv2d(net.input({1, 3, 4, 4}), 4);
        const auto half = [&](ValueId y) {
            return net.op("mul", {}, {y, net.constant(at::scalar_tensor(0.5f))}, "act");
        };
        if (order == 0) {  // as torch.onnx writes it
            net.output(half(net.op("mul", {}, {x, erfTerm(net, x)}, "act")));
        } else if (order == 1) {
            net.output(net.op("mul", {}, {half(x), erfTerm(net, x)}, "act"));
        } else {
            net.output(net.op("mul", {}, {half(erfTerm(net, x)), x}, "act"));
        }
        expectSame(net);
        EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "gelu")) << order;
        EXPECT_EQ(net.graph.nodes()[1].scope, "act");
    }
}

TEST(Gelu, HasOneHalf) {
    TracedNet net;
    const ValueId x = net.input({1, 3});
    net.output(net.op("mul", {}, {x, erfTerm(net, x)}));
    expectSame(net);
    EXPECT_EQ(net.opNames().back(), "mul");
}

/// What torch.onnx writes for a layer norm over `axes`, each part once.
ValueId decomposedLayerNorm(TracedNet& net, ValueId x, const std::vector<int64_t>& axes, const Shape& shape,
                            bool observed = false) {
    const auto mean = [&](ValueId y) {
        return net.op("mean", attributes({{"dims", axes}, {"keepdim", true}}), {y}, "ln");
    };
    const ValueId d = net.carried("aten::sub.Tensor", {t(x), t(mean(x)), one()}, "ln");
    const ValueId square = net.carried("aten::pow.Tensor_Scalar", {t(d), n(2)}, "ln");
    const ValueId variance = mean(square);
    const ValueId root = net.carried(
        "aten::sqrt", {t(net.carried("aten::add.Scalar", {t(variance), n(1e-5), one()}, "ln"))}, "ln");
    if (observed) {
        net.output(variance);
    }
    const ValueId quotient = net.carried("aten::div.Tensor", {t(d), t(root)}, "ln");
    return net.op("add", {}, {net.op("mul", {}, {quotient, net.constant(shape)}, "ln"), net.constant(shape)},
                  "ln");
}

TEST(LayerNorm, IsItsParts) {
    TracedNet net;
    net.output(decomposedLayerNorm(net, net.input({2, 5, 8}), {2}, {8}));
    expectSame(net);
    ASSERT_THAT(net.opNames(), ElementsAre("layer_norm"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.ints("normalized_shape"), (Shape{8}));
    EXPECT_NEAR(net.graph.nodes()[0].attrs.get<double>("eps"), 1e-5, 1e-11);
    EXPECT_EQ(net.graph.nodes()[0].scope, "ln");
}

TEST(LayerNorm, TakesSeveralAxes) {
    TracedNet net;
    net.output(decomposedLayerNorm(net, net.input({2, 5, 8}), {1, 2}, {5, 8}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("layer_norm"));
}

TEST(LayerNorm, IsOverTheLastAxesAndNobodyElses) {
    TracedNet inner;
    inner.output(decomposedLayerNorm(inner, inner.input({2, 8, 8}), {1}, {8}));
    expectSame(inner);
    EXPECT_THAT(inner.opNames(), ::testing::Not(::testing::Contains("layer_norm")));

    TracedNet observed;
    observed.output(decomposedLayerNorm(observed, observed.input({2, 8}), {1}, {8}, /*observed=*/true));
    expectSame(observed);
    EXPECT_THAT(observed.opNames(), ::testing::Not(::testing::Contains("layer_norm")));
}

TEST(Linear, IsAProductWithAConstantMatrix) {
    TracedNet net;
    const ValueId product =
        net.carried("aten::matmul", {t(net.input({2, 4, 5})), t(net.constant({5, 6}))}, "fc");
    net.output(net.op("add", {}, {product, net.constant(Shape{6})}, "fc"));
    expectSame(net);
    ASSERT_THAT(net.opNames(), ElementsAre("linear"));
    const Node& linear = net.graph.nodes()[0];
    EXPECT_EQ(linear.inputs.size(), 3u);
    EXPECT_EQ(net.graph.constant(linear.inputs[1]).sizes(), (Shape{6, 5}));
}

TEST(Linear, IsAnAddmm) {
    TracedNet net;
    net.output(net.carried("aten::addmm", {t(net.constant(Shape{6})), t(net.input({3, 5})),
                                           t(net.constant({5, 6})), one(), one()}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("linear"));
}

TEST(Linear, HasAMatrixAndAVector) {
    TracedNet net;
    const ValueId x = net.input({2, 4, 5});
    net.output(net.carried("aten::matmul", {t(x), t(net.constant({2, 5, 6}))}));
    const ValueId product = net.carried("aten::matmul", {t(x), t(net.constant({5, 6}))});
    net.output(net.op("add", {}, {product, net.constant({4, 1})}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("aten::matmul", "linear", "add"));
}

}  // namespace
}  // namespace qs
