#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <array>
#include <cmath>

#include "runtime/agreement.h"
#include "runtime/networks.h"
#include "runtime/random_cases.h"
#include "runtime/threads.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<Executor> xnnpack(const QuantizedGraph& graph) {
    return std::move(makeExecutor("xnnpack", graph)).value();
}

/// Runs the step on XNNPACK, compares it with `reference` and returns the implementation's name.
std::string check(const OneStep& step, Agreement& total, const Reference& reference = runReferenceNode) {
    const auto executor = xnnpack(step.graph);
    const auto actual = executor->runNode(step.node, step.inputs);
    EXPECT_TRUE(actual) << actual.error().message;
    if (!actual) {
        return {};
    }
    const at::Tensor expected = reference(step.graph, step.graph.nodes[step.node], step.inputs).at(0);
    EXPECT_EQ(actual->at(0).sizes(), expected.sizes());
    EXPECT_EQ(actual->at(0).scalar_type(), expected.scalar_type());
    if (actual->at(0).sizes() != expected.sizes()) {
        return {};
    }
    if (expected.scalar_type() == at::kFloat) {
        const float largest = std::max(1e-3F, expected.abs().max().item<float>());
        EXPECT_LE((actual->at(0) - expected).abs().max().item<float>(), 1e-5F * largest);
    } else {
        Agreement agreement;
        agreement.add(actual->at(0), expected);
        total.add(actual->at(0), expected);
        EXPECT_GE(agreement.within1Share(), 0.999) << "exact on " << 100 * agreement.exactShare() << " %";
    }
    return implementationOf(*executor, step.node, step.networkInputs);
}

TEST(XnnpackConvolution, MatchesTheReference) {
    Agreement total;
    for (unsigned seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        ConvolutionCase c = randomConvolution(random);
        const QParams x = randomActivation(random, drawScale(random));
        const double scale =
            outputScale(x.scale[0], c.spec.in / c.spec.groups * c.spec.kernel * c.spec.kernel);
        c.spec.activation = randomActivationFunction(random, scale);
        QParams y = randomActivation(random, scale);
        if (c.spec.activation.kind != FusedActivation::Kind::None) {
            y.zeroPoint = {(y.quantMin + y.quantMax) / 2};  // else the range may hold one value only
        }
        const std::string used =
            check(oneStep(randomConv2d(c.spec, random, x), {{c.input, x}}, y, random), total);
        EXPECT_THAT(used, StartsWith(c.spec.perChannel ? "xnnpack qc8 " : "xnnpack qs8 "));
    }
    RecordProperty("exact_percent", std::to_string(100 * total.exactShare()));
    EXPECT_GE(total.exactShare(), 0.999);
}

TEST(XnnpackConvolution, RoundsBeforeItAddsAResidual) {
    Agreement total;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        ConvolutionCase c = randomConvolution(random);
        const QParams x = randomActivation(random, drawScale(random));
        const double scale =
            outputScale(x.scale[0], c.spec.in / c.spec.groups * c.spec.kernel * c.spec.kernel);
        c.spec.hasAdd = true;
        c.spec.activation = draw(random, 0, 1) ? relu() : FusedActivation{};
        QParams y = randomActivation(random, 1.3 * scale);
        y.zeroPoint = {(y.quantMin + y.quantMax) / 2};
        QNode node = randomConv2d(c.spec, random, x);
        node.preAdd = randomActivation(random, scale);
        const StepInput residual{c.output, randomActivation(random, 0.8 * scale)};
        const std::string used =
            check(oneStep(std::move(node), {{c.input, x}, residual}, y, random), total, runRoundingBeforeAdd);
        EXPECT_THAT(used, HasSubstr(" + qs8 add"));
    }
    EXPECT_GE(total.exactShare(), 0.99);
}

TEST(XnnpackConvolution, NamesWhatRuns) {
    std::mt19937 random(1);
    const QParams x = activation(DType::UInt8, 0.02, 3), y = activation(DType::UInt8, 0.3, 120);
    Agreement total;
    const auto nameOf = [&](const WeightedSpec& spec) {
        return check(oneStep(randomConv2d(spec, random, x), {{{1, spec.in, 9, 9}, x}}, y, random), total);
    };
    EXPECT_EQ(nameOf({}), "xnnpack qc8 conv 3x3");
    EXPECT_EQ(nameOf({.perChannel = false}), "xnnpack qs8 conv 3x3");
    EXPECT_EQ(nameOf({.groups = 8}), "xnnpack qc8 dwconv 3x3");
}

TEST(XnnpackConvolution, SaysWhyItRefuses) {
    std::mt19937 random(1);
    const QParams x = activation(DType::UInt8, 100, 3), y = activation(DType::UInt8, 1e-3, 120);
    Agreement total;
    EXPECT_THAT(check(oneStep(randomConv2d({}, random, x), {{{1, 8, 5, 5}, x}}, y, random), total),
                HasSubstr("XNNPACK takes ratios of scales from 2^-32 to 2^8 only"));
    WeightedSpec spec;
    spec.hasAdd = true;  // and no preAdd
    const QParams fine = activation(DType::UInt8, 0.3, 120);
    EXPECT_THAT(check(oneStep(randomConv2d(spec, random, fine), {{{1, 8, 5, 5}, fine}, {{1, 8, 5, 5}, fine}},
                              fine, random),
                      total),
                HasSubstr("XNNPACK rounds before it adds"));
}

/// Sums as large as 8 bits allow.
TEST(XnnpackConvolution, DoesNotSaturateInside) {
    for (const DType type : {DType::UInt8, DType::Int8}) {
        for (const int64_t weight : {-128, 127}) {
            for (const bool perChannel : {false, true}) {
                const QParams x = activation(type, 0.02, type == DType::UInt8 ? 0 : -128);
                const QParams y = activation(DType::Int8, 0.02 * 0.01 * 255 * 128 * 64 * 9 / 100, 0);
                for (const int64_t value : {x.quantMin, x.quantMax}) {
                    std::mt19937 random(9);
                    const WeightedSpec spec{
                        .in = 64, .out = 16, .padding = 0, .perChannel = perChannel, .bias = false};
                    QNode node = randomConv2d(spec, random, x);
                    node.weightInt->fill_(weight);
                    OneStep step = oneStep(std::move(node), {{{1, 64, 6, 6}, x}}, y, random);
                    step.inputs[0].fill_(value);
                    Agreement total;
                    EXPECT_THAT(check(step, total), StartsWith("xnnpack q"));
                    EXPECT_EQ(total.equal, total.count);
                }
            }
        }
    }
}

QNode randomTranspose(const WeightedSpec& s, int64_t outputPadding, std::mt19937& random,
                      const std::optional<QParams>& x) {
    QNode node = randomConv2d(s, random, x);
    node.op = "conv_transpose2d";
    node.attrs.set("output_padding", std::vector<int64_t>(2, outputPadding));
    const Shape stored{s.in, s.out / s.groups, s.kernel, s.kernel};
    node.weight = node.weight->reshape(stored);
    if (node.weightInt) {
        node.weightInt = node.weightInt->reshape(stored);
    }
    return node;
}

TEST(XnnpackTransposedConvolution, MatchesTheReference) {
    Agreement total;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        WeightedSpec s;
        s.groups = draw(random, 1, 3);
        s.in = s.groups * draw(random, 1, 12);
        s.out = s.groups * draw(random, 1, 12);
        s.kernel = draw(random, 2, 4);
        s.stride = draw(random, 1, 3);
        s.dilation = draw(random, 1, 2);
        s.padding = draw(random, 0, s.kernel - 1);
        s.perChannel = false;
        const int64_t outputPadding = draw(random, 0, s.stride - 1);
        const bool integer = draw(random, 0, 3) > 0;
        std::optional<QParams> x, y;
        if (integer) {
            x = randomActivation(random, drawScale(random));
            y = randomActivation(random, outputScale(x->scale[0], s.in / s.groups * 3));
        }
        const Shape input{draw(random, 1, 3), s.in, draw(random, 6, 9), draw(random, 6, 9)};
        const std::string used =
            check(oneStep(randomTranspose(s, outputPadding, random, x), {{input, x}}, y, random), total);
        EXPECT_THAT(used, StartsWith(integer ? "xnnpack qs8 deconv " : "xnnpack f32 deconv "));
    }
    EXPECT_GE(total.exactShare(), 0.999);
}

TEST(XnnpackLinear, MatchesTheReference) {
    Agreement total;
    for (unsigned seed = 1; seed <= 80; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        WeightedSpec spec{.in = draw(random, 1, 300), .out = draw(random, 1, 70)};
        spec.perChannel = draw(random, 0, 1) == 1;
        spec.bias = draw(random, 0, 1) == 1;
        spec.hasAdd = draw(random, 0, 2) == 0;
        const QParams x = randomActivation(random, drawScale(random));
        const double scale = outputScale(x.scale[0], spec.in);
        QNode node = randomLinear(spec, random, x);
        Shape input{draw(random, 1, 5), spec.in};
        if (draw(random, 0, 2) == 0) {
            input.insert(input.begin(), draw(random, 1, 3));
        }
        Shape output = input;
        output.back() = spec.out;
        std::vector<StepInput> inputs{{input, x}};
        if (spec.hasAdd) {
            node.preAdd = randomActivation(random, scale);
            inputs.push_back({output, randomActivation(random, 0.83 * scale)});
        }
        const std::string used =
            check(oneStep(std::move(node), inputs, randomActivation(random, 1.37 * scale), random), total,
                  runRoundingBeforeAdd);
        EXPECT_THAT(used,
                    StartsWith(spec.perChannel ? "xnnpack qc8 conv 1x1 for linear" : "xnnpack qs8 linear"));
    }
    EXPECT_GE(total.exactShare(), 0.99);
}

TEST(XnnpackBinary, MatchesTheReference) {
    Agreement total;
    for (unsigned seed = 1; seed <= 120; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const bool isSum = draw(random, 0, 1) == 1;
        Shape left{draw(random, 1, 3), draw(random, 1, 17), draw(random, 1, 6), draw(random, 1, 6)};
        Shape right = left;
        if (draw(random, 0, 2) == 0) {  // a gate
            right[2] = right[3] = 1;
        } else if (draw(random, 0, 2) == 0) {
            left.resize(2);
            right = left;
        }
        if (draw(random, 0, 1)) {
            std::swap(left, right);
        }
        const QParams p = randomActivation(random, drawScale(random)),
                      q = randomActivation(random, drawScale(random));
        const double scale = isSum ? p.scale[0] + q.scale[0] : 100 * p.scale[0] * q.scale[0];
        QNode node = plainNode(isSum ? "add" : "mul");
        QParams y = randomActivation(random, scale);
        if (draw(random, 0, 1)) {
            node.activation = relu();
            y.zeroPoint = {(y.quantMin + y.quantMax) / 2};
        }
        EXPECT_EQ(check(oneStep(std::move(node), {{left, p}, {right, q}}, y, random), total),
                  isSum ? "xnnpack qs8 add" : "xnnpack qs8 multiply");
    }
    RecordProperty("exact_percent", std::to_string(100 * total.exactShare()));
    EXPECT_GE(total.exactShare(), 0.98);
}

TEST(XnnpackBinary, LeavesConstantsAndExtremeScalesToLoops) {
    std::mt19937 random(5);
    const QParams x = activation(DType::UInt8, 0.02, 100), tiny = activation(DType::UInt8, 1e-6, 100);
    Agreement total;
    EXPECT_EQ(check(oneStep(plainNode("add"), {{{1, 3, 4, 4}, x}, {{1, 3, 4, 4}, tiny}}, x, random), total),
              "loop");
    QNode scaled = plainNode("mul");
    scaled.constants = {randomFloats({3, 1, 1}, random)};
    EXPECT_EQ(check(oneStep(scaled, {{{1, 3, 4, 4}, x}}, x, random), total), "loop");
    EXPECT_EQ(total.equal, total.count);
}

/// A step with one input; `y` is the input's qparams for pass-through ops.
std::string checkUnary(const QNode& node, const Shape& shape, const std::optional<QParams>& x,
                       const std::optional<QParams>& y, unsigned seed, Agreement& total) {
    std::mt19937 random(seed);
    return check(oneStep(node, {{shape, x}}, y, random), total);
}

QNode withOutputSize(int64_t height, int64_t width) {
    QNode node = plainNode("adaptive_avg_pool2d");
    node.attrs.set("output_size", std::vector<int64_t>{height, width});
    return node;
}

TEST(XnnpackPool, MatchesTheReference) {
    Agreement maxima, averages;
    for (unsigned seed = 1; seed <= 80; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::optional<QParams> q;
        if (draw(random, 0, 2) > 0) {
            q = randomActivation(random, drawScale(random));
        }
        const int64_t kernel = draw(random, 2, 4), stride = draw(random, 1, 4);
        const bool ceil = draw(random, 0, 1) == 1;
        const Shape shape{draw(random, 1, 3), draw(random, 1, 40), draw(random, 8, 15), draw(random, 8, 15)};
        QNode max = poolNode("max_pool2d", kernel, stride, draw(random, 0, kernel / 2), ceil);
        max.attrs.set("dilation", std::vector<int64_t>(2, draw(random, 1, 2)));
        EXPECT_EQ(checkUnary(max, shape, q, q, seed, maxima),
                  q ? "xnnpack s8 max pool" : "xnnpack f32 max pool");

        QNode average = poolNode("avg_pool2d", kernel, stride, draw(random, 0, kernel / 2));
        average.attrs.set("count_include_pad", q.has_value());
        EXPECT_THAT(checkUnary(average, shape, q, q, seed, averages),
                    StartsWith(q ? "xnnpack qu8 average pool" : "xnnpack f32 average pool"));

        EXPECT_EQ(checkUnary(withOutputSize(1, 1), shape, q, q, seed, averages),
                  q ? "xnnpack qs8 global average pool" : "xnnpack f32 global average pool");
        const Shape divisible{shape[0], shape[1], 2 * kernel, 3 * kernel};
        EXPECT_THAT(checkUnary(withOutputSize(2, 3), divisible, q, q, seed, averages),
                    StartsWith(q ? "xnnpack qu8 average pool" : "xnnpack f32 average pool"));
        QNode mean = plainNode("mean");
        mean.attrs.set("dims", std::vector<int64_t>{2, -1});
        mean.attrs.set("keepdim", draw(random, 0, 1) == 1);
        const std::optional<QParams> y = q ? std::optional(activation(q->dtype, 0.02, 7)) : q;
        EXPECT_THAT(checkUnary(mean, shape, q, y, seed, averages), HasSubstr("global average pool"));
    }
    EXPECT_EQ(maxima.equal, maxima.count);
    RecordProperty("average_exact_percent", std::to_string(100 * averages.exactShare()));
    EXPECT_GE(averages.exactShare(), 0.9);  // halves are common
}

TEST(XnnpackPool, FallsBackWhereXnnpackMeansSomethingElse) {
    const QParams q = activation(DType::UInt8, 0.02, 100);
    Agreement total;
    QNode excluding = poolNode("avg_pool2d", 3, 2, 1);
    excluding.attrs.set("count_include_pad", false);
    EXPECT_THAT(checkUnary(excluding, {1, 8, 9, 9}, q, q, 1, total),
                HasSubstr("counts padding in averages of integers"));
    EXPECT_THAT(checkUnary(poolNode("avg_pool2d", 3, 2, 1), {1, 8, 9, 9}, {}, {}, 1, total),
                HasSubstr("leaves padding out of averages of floats"));
    EXPECT_THAT(checkUnary(poolNode("max_pool2d", 1, 2, 0), {1, 8, 9, 9}, q, q, 1, total),
                HasSubstr("no windows of one element"));
    EXPECT_THAT(checkUnary(withOutputSize(3, 3), {1, 8, 7, 7}, q, q, 1, total), HasSubstr("does not divide"));
    EXPECT_EQ(total.equal, total.count);
}

TEST(XnnpackActivation, MatchesTheReference) {
    QNode clipNode = plainNode("clip"), elu = plainNode("elu"), leaky = plainNode("leaky_relu"),
          softmax = plainNode("softmax");
    clipNode.attrs.set("min", -0.5);
    clipNode.attrs.set("max", 0.9);
    elu.attrs.set("alpha", 0.7);
    leaky.attrs.set("slope", 0.1);
    softmax.attrs.set("dim", int64_t{-1});
    const QParams fixed = activation(DType::UInt8, 1.0 / 256, 0);
    const QParams tanhOutput = activation(DType::UInt8, 1.0 / 128, 128);
    Agreement total;
    for (const DType type : {DType::UInt8, DType::Int8}) {
        const QParams x = activation(type, 0.02, type == DType::UInt8 ? 117 : -11);
        const QParams y = activation(type, 0.013, 3);
        const Shape shape{2, 5, 3, 4};
        const auto integer = [&](const QNode& node, const QParams& output) {
            SCOPED_TRACE(node.op);
            return checkUnary(node, shape, x, output, 3, total);
        };
        EXPECT_EQ(integer(plainNode("relu"), x), "xnnpack s8 clamp");
        EXPECT_EQ(integer(clipNode, x), "xnnpack s8 clamp");
        EXPECT_EQ(integer(clipNode, y), "table");
        EXPECT_EQ(integer(plainNode("sigmoid"), fixed), "xnnpack qs8 sigmoid");
        EXPECT_EQ(integer(plainNode("sigmoid"), y), "table");
        EXPECT_EQ(integer(plainNode("tanh"), tanhOutput), "xnnpack qs8 tanh");
        EXPECT_EQ(integer(elu, y), "xnnpack qs8 ELU");
        EXPECT_EQ(integer(leaky, y), "table");
        EXPECT_EQ(integer(plainNode("hard_swish"), y), "table");
        EXPECT_EQ(integer(softmax, fixed), "xnnpack qu8 softmax, top bits flipped before and after");
        EXPECT_EQ(integer(softmax, y), "loop");
    }
    EXPECT_GE(total.exactShare(), 0.99);
}

TEST(XnnpackFloat, MatchesTheReference) {
    Agreement unused;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        ConvolutionCase c = randomConvolution(random);
        c.spec.hasAdd = draw(random, 0, 1) == 1;
        c.spec.activation = randomActivationFunction(random, 0.3);
        std::vector<StepInput> inputs{{c.input, {}}};
        if (c.spec.hasAdd) {
            inputs.push_back({c.output, {}});
        }
        EXPECT_THAT(check(oneStep(randomConv2d(c.spec, random, {}), inputs, {}, random), unused),
                    StartsWith("xnnpack f32 "));
        const WeightedSpec linear{.in = draw(random, 1, 90), .out = draw(random, 1, 40)};
        EXPECT_EQ(
            check(oneStep(randomLinear(linear, random, {}), {{{3, linear.in}, {}}}, {}, random), unused),
            "xnnpack f32 linear");
        const Shape shape{2, draw(random, 1, 20), 5, 3}, gate{2, shape[1], 1, 1};
        EXPECT_EQ(check(oneStep(plainNode("add"), {{shape, {}}, {shape, {}}}, {}, random), unused),
                  "xnnpack f32 add");
        EXPECT_EQ(check(oneStep(plainNode("mul"), {{gate, {}}, {shape, {}}}, {}, random), unused),
                  "xnnpack f32 multiply");
        for (const char* op : {"relu", "sigmoid", "hard_swish", "elu"}) {
            SCOPED_TRACE(op);
            EXPECT_THAT(checkUnary(plainNode(op), shape, {}, {}, seed, unused), StartsWith("xnnpack f32 "));
        }
    }
}

TEST(XnnpackExecutor, GivesTheSameOnAnyNumberOfThreads) {
    std::mt19937 random(11);
    const auto executor = xnnpack(residualNetwork(random));
    const std::vector input{randomFloats({8, 3, 96, 96}, random, -2, 2)};  // enough to be worth threads
    const int before = omp_get_max_threads();
    std::vector<at::Tensor> logits;
    for (const int threads : {1, 2, 3, 1}) {
        setThreads(threads);
        for (int run = 0; run < 3; ++run) {
            const auto outputs = executor->run(input);
            ASSERT_TRUE(outputs) << outputs.error().message;
            logits.push_back(outputs->at(0));
        }
    }
    for (const at::Tensor& other : logits) {
        EXPECT_TRUE(at::equal(logits[0], other));
    }
    setThreads(before);
}

TEST(XnnpackExecutor, TakesIntegersOfTheGraphsOwnTypes) {
    std::mt19937 random(12);
    const QParams x = activation(DType::UInt8, 0.02, 3), y = activation(DType::UInt8, 0.3, 120);
    const OneStep step = oneStep(randomConv2d({}, random, x), {{{1, 8, 9, 9}, x}}, y, random);
    const auto executor = xnnpack(step.graph);
    const auto refused = executor->runNode(step.node, std::vector{step.inputs[0].to(at::kChar)});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("not of the integer type of its qparams"));
    const auto outputs = executor->runNode(step.node, step.inputs);
    ASSERT_TRUE(outputs);
    EXPECT_EQ(outputs->at(0).scalar_type(), at::kByte);
    EXPECT_EQ(executor->graph().value(step.graph.nodes[step.node].outputs[0]).qparams, y);
}

TEST(XnnpackExecutor, CarriesOperatorsThatItDoesNotKnow) {
    QNode cosine = plainNode("aten::cos");
    cosine.attrs.set("overload", std::string());
    cosine.attrs.set("arguments", std::vector<std::string>{"tensor"});
    Agreement unused;
    EXPECT_EQ(checkUnary(cosine, {2, 8, 5, 5}, {}, {}, 1, unused),
              "reference (no XNNPACK kernel for aten::cos; no loop kernel for aten::cos)");
}

}  // namespace

}  // namespace qs::test
