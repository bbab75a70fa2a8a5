#include "runtime/executor.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <thread>

#include "runtime/agreement.h"
#include "runtime/cpu.h"
#include "runtime/networks.h"
#include "runtime/threads.h"
#include "runtime/turns.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

constexpr double kExactShare = 0.97;  // averages often end in exactly one half

TEST(OneDnnExecutor, EveryStepOfANetworkMatchesTheReference) {
    std::mt19937 random(11);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    for (const int64_t batch : {1, 5, 2, 1}) {
        expectEveryStepMatches(*executor, std::vector{randomFloats({batch, 3, 32, 32}, random, -2, 2)},
                               kExactShare);
    }
    expectEveryStepMatches(*executor, std::vector{randomFloats({1, 3, 64, 48}, random, -2, 2)}, kExactShare);
}

TEST(OneDnnExecutor, RunsOnAsManyThreadsAsAsked) {
    std::mt19937 random(11);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    const std::vector input{randomFloats({4, 3, 32, 32}, random, -2, 2)};
    const int before = omp_get_max_threads();
    std::vector<at::Tensor> logits;
    for (const int threads : {1, 2, 1}) {
        EXPECT_EQ(setThreads(threads), threads);
        logits.push_back(executor->run(input)->at(0));
    }
    EXPECT_TRUE(at::equal(logits[0], logits[1]));
    EXPECT_TRUE(at::equal(logits[0], logits[2]));

    setThreads(1);
    std::thread([] {
        adoptThreads();
        EXPECT_EQ(omp_get_max_threads(), 1);
    }).join();
    EXPECT_GE(setThreads(0), 1);
    setThreads(before);
}

TEST(OneDnnExecutor, ResultsStayWhenItRunsAgain) {
    std::mt19937 random(12);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    const std::vector a{randomFloats({1, 3, 32, 32}, random, -2, 2)},
        b{randomFloats({1, 3, 32, 32}, random, -2, 2)};
    const auto first = executor->run(a);
    const at::Tensor kept = first->at(1).clone();
    ASSERT_TRUE(executor->run(b));
    EXPECT_TRUE(at::equal(first->at(1), kept));
    EXPECT_TRUE(at::equal(executor->run(a)->at(1), kept));
}

TEST(OneDnnExecutor, LayerTimesAddUpToTheWhole) {
    std::mt19937 random(13);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    const auto profile = executor->profile(std::vector{randomFloats({1, 3, 32, 32}, random, -2, 2)}, 2, 9);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->total.runs, 9);
    EXPECT_EQ(std::ranges::count(profile->nodes, NodeTime::Kind::Step, &NodeTime::kind),
              executor->graph().nodes.size());
    EXPECT_LE(profile->total.minMs, profile->total.p10Ms);
    EXPECT_LE(profile->total.p10Ms, profile->total.medianMs);
    EXPECT_LE(profile->total.medianMs, profile->total.p90Ms);
    double sum = 0;
    for (const NodeTime& node : profile->nodes) {
        EXPECT_FALSE(node.implementation.empty());
        sum += node.ms;
    }
    // Loose, as machines are shared: a row that is left out or counted twice shows nevertheless.
    EXPECT_GT(sum + profile->otherMs, 0.5 * profile->total.minMs);
    EXPECT_LT(sum + profile->otherMs, 2 * profile->total.p90Ms + profile->overheadMs);
    EXPECT_GT(profile->plan.liveBytes, 0);
    EXPECT_LE(profile->plan.arenaBytes, 1.2 * static_cast<double>(profile->plan.liveBytes) + 4096);
    EXPECT_GT(profile->plan.prepareMs, 0);
}

TEST(OneDnnExecutor, StopsProfilingWhenCancelled) {
    std::mt19937 random(13);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    const auto profiler = executor->profiler(std::vector{randomFloats({1, 3, 32, 32}, random, -2, 2)});
    ASSERT_TRUE(profiler) << profiler.error().message;
    CancelToken token;
    token.cancel();
    Profiler* const network = profiler->get();
    const auto turns = timeInTurns({&network, 1}, {}, Job({}, token));
    ASSERT_FALSE(turns);
    EXPECT_EQ(turns.error().kind, ErrorKind::Cancelled);
}

TEST(OneDnnExecutor, CarriesStepsThatItHasNoKernelFor) {
    std::mt19937 random(14);
    QuantizedGraphBuilder g;
    const ValueId x = g.input({1, 4, 6, 6});
    const ValueId y = g.add(randomConv2d({.in = 4, .out = 8}, random, {}), {x});
    QNode cosine = plainNode("aten::cos");
    cosine.attrs.set("overload", std::string());
    cosine.attrs.set("arguments", std::vector<std::string>{"tensor"});
    const ValueId z = g.add(cosine, {y});
    g.output(g.add(randomConv2d({.in = 8, .out = 3}, random, {}), {z}));
    auto executor = std::move(makeOneDnnExecutor(g.take())).value();
    auto reference = std::move(makeReferenceExecutor(executor->graph())).value();
    const std::vector input{randomFloats({2, 4, 6, 6}, random)};
    const auto actual = executor->run(input), expected = reference->run(input);
    ASSERT_TRUE(actual) << actual.error().message;
    ASSERT_TRUE(expected);
    EXPECT_TRUE(at::allclose(actual->at(0), expected->at(0), 1e-5, 1e-5));
    EXPECT_EQ(implementationOf(*executor, 1, input), "reference (no oneDNN kernel for aten::cos)");
}

TEST(OneDnnExecutor, CarriesSeveralOutputsAndConstantOperands) {
    std::mt19937 random(16);
    const QParams grid = activation(DType::UInt8, 0.02, 120);
    QuantizedGraphBuilder builder;
    const ValueId x = builder.quantize(builder.input({1, 6, 4, 4}), grid);
    QuantizedGraph graph = builder.take();
    const auto append = [&](QNode node, std::vector<ValueId> inputs, size_t outputs, bool integer) {
        node.inputs = std::move(inputs);
        for (size_t i = 0; i < outputs; ++i) {
            const ValueId id{static_cast<int32_t>(graph.values.size())};
            graph.values.push_back({id, "w" + std::to_string(id.index), {}, {}});
            if (integer) {
                graph.values.back().qparams = grid;
            }
            node.outputs.push_back(id);
        }
        graph.nodes.push_back(std::move(node));
        return graph.nodes.back().outputs;
    };
    QNode split = plainNode("split");
    split.attrs.set("dim", int64_t{1});
    split.attrs.set("sizes", std::vector<int64_t>{2, 4});
    const auto parts = append(split, {x}, 2, true);
    QNode scale = plainNode("mul"), shift = plainNode("add"), join = plainNode("cat");
    scale.constants = {randomFloats({4, 1, 1}, random)};
    shift.constants = {randomFloats({4}, random)};
    shift.activation = relu();
    join.attrs.set("dim", int64_t{1});
    join.constants = {randomFloats({1, 1, 4, 4}, random)};
    join.constantPositions = {1};
    const ValueId scaled = append(scale, {parts[1]}, 1, true)[0];
    const ValueId shifted = append(shift, {parts[0]}, 1, true)[0];
    const ValueId joined = append(join, {scaled, parts[1], shifted}, 1, true)[0];
    graph.outputs = append(plainNode("dequantize"), {joined}, 1, false);
    graph.outputNames = {"joined"};

    auto executor = std::move(makeOneDnnExecutor(graph)).value();
    auto reference = std::move(makeReferenceExecutor(graph)).value();
    const std::vector input{randomFloats({1, 6, 4, 4}, random, -2, 2)};
    const auto actual = executor->run(input), expected = reference->run(input);
    ASSERT_TRUE(actual) << actual.error().message;
    ASSERT_TRUE(expected) << expected.error().message;
    EXPECT_EQ(actual->at(0).sizes(), (Shape{1, 11, 4, 4}));
    EXPECT_TRUE(at::equal(actual->at(0), expected->at(0)));
    EXPECT_EQ(implementationOf(*executor, 3, input), "loop");
    expectMatchesReference(*executor, 1, std::vector{randomIntegers({1, 6, 4, 4}, random, grid)});
}

TEST(OneDnnExecutor, SaysWhatIsWrongWithItsInput) {
    std::mt19937 random(15);
    auto executor = std::move(makeOneDnnExecutor(residualNetwork(random))).value();
    EXPECT_FALSE(executor->run({}));
    EXPECT_FALSE(executor->run(std::vector{at::Tensor()}));
    const auto wrongChannels = executor->run(std::vector{randomFloats({1, 4, 32, 32}, random)});
    ASSERT_FALSE(wrongChannels);
    EXPECT_NE(wrongChannels.error().message.find("layer 'conv2d#1'"), std::string::npos)
        << wrongChannels.error().message;
    EXPECT_TRUE(executor->run(std::vector{randomFloats({1, 3, 32, 32}, random)}));
}

TEST(Cpu, SaysWhatItFound) {
    const CpuInfo cpu = cpuInfo();
    EXPECT_FALSE(cpu.model.empty());
    EXPECT_FALSE(cpu.isa.empty());
    EXPECT_GE(cpu.cores, 1);
    EXPECT_EQ(cpuNotes().empty(), cpu.hasVnni);
}

}  // namespace

}  // namespace qs::test
