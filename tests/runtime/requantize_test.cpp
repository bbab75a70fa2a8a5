#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <cmath>
#include <random>

#include "runtime/agreement.h"
#include "runtime/executor.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

QParams narrowed(QParams qparams, int64_t low, int64_t high) {
    qparams.quantMin = low;
    qparams.quantMax = high;
    return qparams;
}

/// Both types, zero points at the ends and between, scales from much finer to much coarser, limits of fewer
/// bits, and pairs whose ratio puts many numbers on a half.
std::vector<QParams> grids() {
    return {activation(DType::UInt8, 0.03, 0),
            activation(DType::UInt8, 0.03, 121),
            activation(DType::UInt8, 0.06, 255),
            activation(DType::Int8, 0.015, -77),
            activation(DType::Int8, 0.0413, 0),
            activation(DType::Int8, 0.0007, -128),
            activation(DType::UInt8, 3.5, 17),
            narrowed(activation(DType::UInt8, 0.4, 8), 0, 15),
            narrowed(activation(DType::Int8, 0.11, -1), -2, 1)};
}

/// q2 = clamp(round_half_even((q1 - z1) * s1 / s2) + z2), each operation in float32.
int64_t naive(int64_t q, const QParams& from, const QParams& to) {
    std::fesetround(FE_TONEAREST);
    const auto s1 = static_cast<float>(from.scale[0]), s2 = static_cast<float>(to.scale[0]);
    const float real = s1 * static_cast<float>(q - from.zeroPoint[0]);
    const float steps = std::nearbyint(real / s2);
    const auto low = static_cast<float>(to.quantMin - to.zeroPoint[0]);
    const auto high = static_cast<float>(to.quantMax - to.zeroPoint[0]);
    return static_cast<int64_t>(std::clamp(steps, low, high)) + to.zeroPoint[0];
}

class Requantize : public testing::TestWithParam<std::string> {
  protected:
    static std::unique_ptr<Executor> executor(QuantizedGraph graph) {
        return std::move(makeExecutor(GetParam(), std::move(graph))).value();
    }
};

TEST_P(Requantize, EveryIntegerAsANaiveLoopHasIt) {
    for (const QParams& from : grids()) {
        const int64_t count = from.quantMax - from.quantMin + 1;
        const auto type = from.dtype == DType::UInt8 ? at::kByte : at::kChar;
        const at::Tensor all = at::arange(from.quantMin, from.quantMax + 1, at::kLong);
        for (const QParams& to : grids()) {
            QuantizedGraphBuilder builder;
            const ValueId x = builder.quantize(builder.input({1, count}), from);
            builder.output(builder.dequantize(builder.requantize(x, to)));
            const auto engine = executor(builder.take());
            const at::Tensor found =
                engine->runNode(1, std::array{all.to(type).reshape({1, count})}).value().at(0);
            EXPECT_EQ(found.scalar_type(), to.dtype == DType::UInt8 ? at::kByte : at::kChar);
            for (int64_t i = 0; i < count; ++i) {
                ASSERT_EQ(found[0][i].item<int64_t>(), naive(from.quantMin + i, from, to))
                    << from.quantMin + i << " from scale " << from.scale[0] << " to " << to.scale[0];
            }
        }
    }
}

/// One convolution whose result two others read on grids of their own, and a third as it is: where the
/// producer writes channels last.
TEST_P(Requantize, ConsumersReadGridsOfTheirOwn) {
    std::mt19937 random(5);
    const QParams image = activation(DType::UInt8, 0.02, 128),
                  made = reduced(activation(DType::UInt8, 0.05, 30));
    const QParams wide = reduced(activation(DType::UInt8, 0.09, 64));
    const QParams fine = narrowed(activation(DType::UInt8, 0.021, 3), 0, 100);
    QuantizedGraphBuilder builder;
    const ValueId x = builder.quantize(builder.input({2, 8, 9, 7}), reduced(image));
    const ValueId y = builder.add(randomConv2d({}, random, image), {x}, made);
    std::vector<ValueId> results{builder.add(randomConv2d({}, random, made), {y}, made)};
    for (const QParams& grid : {wide, fine}) {
        results.push_back(builder.add(randomConv2d({}, random, grid), {builder.requantize(y, grid)}, made));
    }
    for (const ValueId result : results) {
        builder.output(builder.dequantize(result));
    }
    const QuantizedGraph graph = builder.take();
    const auto reference = std::move(makeReferenceExecutor(graph)).value();
    const auto engine = executor(graph);
    const std::array inputs{randomFloats({2, 8, 9, 7}, random, -2, 2)};
    std::vector<at::Tensor> values(graph.nodes.size());
    ASSERT_TRUE(engine->run(inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
        values[node] = outputs[0].clone();
    }));
    size_t steps = 0;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (graph.nodes[i].op != "requantize") {
            continue;
        }
        ++steps;
        const size_t producer = 1;
        ASSERT_EQ(graph.nodes[producer].outputs, graph.nodes[i].inputs);
        EXPECT_TRUE(reference->runNode(i, std::array{values[producer]}).value().at(0).equal(values[i]));
    }
    EXPECT_EQ(steps, 2U);
    const auto expected = reference->run(inputs).value(), found = engine->run(inputs).value();
    for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LE((expected[i] - found[i]).abs().max().item<double>(), 2.001 * made.scale[0]);
    }
}

TEST_P(Requantize, IsAStepOfTheProfile) {
    QuantizedGraphBuilder builder;
    const ValueId x = builder.quantize(builder.input({1, 64}), activation(DType::UInt8, 0.03, 0));
    builder.output(builder.dequantize(builder.requantize(x, activation(DType::Int8, 0.05, 3))));
    const auto engine = executor(builder.take());
    const Profile profile = engine->profile(std::array{at::ones({1, 64})}, 1, 2).value();
    ASSERT_EQ(profile.nodes.size(), 3U);
    EXPECT_EQ(profile.nodes[1].implementation, GetParam() == "reference" ? "reference" : "table");
}

INSTANTIATE_TEST_SUITE_P(Backends, Requantize, testing::Values("reference", "onednn", "xnnpack"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
