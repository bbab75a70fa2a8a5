#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "ops/op.h"

namespace qs {
namespace {

class EveryOp : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryOp, IsComplete) {
    const OpDef& def = *ops().find(GetParam());
    EXPECT_EQ(def.name, GetParam());
    EXPECT_TRUE(def.forward);
    const std::set<std::string> made{"expand_batch", "fake_quantize", "dynamic_fake_quantize"};
    EXPECT_TRUE(!def.aten.empty() || made.contains(def.name)) << "no operator opens it";
    EXPECT_TRUE(!def.fixedOutput || def.quant == QuantKind::Observed);
    for (const auto& binding : def.aten) {
        EXPECT_TRUE(binding.schema.starts_with("aten::")) << binding.schema;
        EXPECT_EQ(findAten(binding.schema).first, &def) << binding.schema << " belongs to two entries";
    }
    EXPECT_EQ(def.role == OpRole::Clamp, static_cast<bool>(def.clamp));
    EXPECT_TRUE(def.weightOutputAxis == 0 || def.quant == QuantKind::Weighted);
    EXPECT_TRUE(!def.takesResidual || def.takesActivation) << "an activation stands behind the residual";
    if (def.quant == QuantKind::Weighted) {
        EXPECT_TRUE(def.takesActivation);
        EXPECT_TRUE(def.macs);
        ASSERT_EQ(def.parameters.size(), 3u);
        EXPECT_EQ(def.parameters[1], "weight");
        EXPECT_EQ(def.parameters[2], "bias");
    }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryOp, ::testing::ValuesIn(ops().names()),
                         [](const auto& info) { return info.param; });

/// What an entry says of itself is what its forward does.
TEST(Traits, AreWhatTheOpsCompute) {
    const at::Tensor a = at::randn({2, 4, 3, 3}) * 5, b = at::randn({2, 4, 3, 3});
    Attributes attrs;
    attrs.set("min", -0.5);
    attrs.set("max", 3.0);
    attrs.set("dim", int64_t{1});
    attrs.set("dims", std::vector<int64_t>{0, 2, 3, 1});
    attrs.set("eps", 1e-3);
    std::set<OpRole> seen;
    for (const auto& [name, def] : ops().entries()) {
        SCOPED_TRACE(name);
        seen.insert(def.role);
        const auto result = [&, &def = def](std::vector<at::Tensor> inputs) {
            return def.forward(attrs, inputs).at(0);
        };
        switch (def.role) {
            case OpRole::Add:
                EXPECT_TRUE(result({a, b}).equal(a + b));
                break;
            case OpRole::Multiply:
                EXPECT_TRUE(result({a, b}).equal(a * b));
                break;
            case OpRole::Identity:
                EXPECT_TRUE(result({a}).equal(a));
                break;
            case OpRole::Permute:
                EXPECT_TRUE(result({a}).equal(a.permute({0, 2, 3, 1})));
                break;
            case OpRole::Concatenate:
                EXPECT_TRUE(result({a, b}).equal(at::cat({a, b}, 1)));
                break;
            case OpRole::Clamp: {
                const FusedActivation clamp = clampOf(name, attrs);
                const bool isRelu = clamp.kind == FusedActivation::Kind::Relu;
                EXPECT_TRUE(result({a}).equal(isRelu ? at::relu(a) : at::clamp(a, clamp.low, clamp.high)));
                break;
            }
            case OpRole::NormalizeChannels: {
                const at::Tensor none = at::zeros({4}), one = at::ones({4});
                const at::Tensor shift =
                    result({a, one, none, none, one}) - result({a * 0, one, none, none, one});
                EXPECT_TRUE(at::allclose(shift, a / std::sqrt(1 + 1e-3), 1e-4, 1e-5));
                break;
            }
            case OpRole::Other:
                break;
        }
    }
    EXPECT_EQ(seen.size(), 8U) << "every role has an op";
}

TEST(Traits, SayWhereTheWeightsOutputChannelsLie) {
    for (const auto& [name, def] : ops().entries()) {
        if (def.quant != QuantKind::Weighted) {
            continue;
        }
        SCOPED_TRACE(name);
        const size_t axes = def.channelsInnermost ? 0 : name.ends_with("3d") ? 3 : 2;
        Attributes attrs;
        for (const char* list : {"stride", "dilation"}) {
            attrs.set(list, std::vector<int64_t>(axes, 1));
        }
        for (const char* list : {"padding", "output_padding"}) {
            attrs.set(list, std::vector<int64_t>(axes, 0));
        }
        attrs.set("groups", int64_t{2});
        const bool isRows = def.channelsInnermost;
        Shape shape{6, isRows ? 8 : 6}, input{2, 8};
        shape.insert(shape.end(), axes, 3);
        input.insert(input.end(), axes, 5);
        shape[isRows ? 1 : 1 - def.weightOutputAxis] = isRows ? 8 : def.weightOutputAxis == 0 ? 4 : 8;
        const at::Tensor x = at::randn(input);
        const at::Tensor y = def.forward(attrs, std::vector{x, at::randn(shape)}).at(0);
        EXPECT_EQ(outputChannels(name, attrs, shape), y.size(isRows ? -1 : 1));
    }
}

TEST(FindAten, HasNothingForAnUnknownOperator) {
    EXPECT_EQ(findAten("aten::no_such_op").first, nullptr);
}

}  // namespace
}  // namespace qs
