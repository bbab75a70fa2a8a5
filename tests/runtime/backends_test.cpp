#include <ATen/ops/allclose.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/networks.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

class EveryBackend : public testing::TestWithParam<std::string> {};

TEST_P(EveryBackend, RunsAResidualNetworkLikeTheSimulation) {
    for (const unsigned seed : {31, 32}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        auto executor = makeExecutor(GetParam(), residualNetwork(random));
        ASSERT_TRUE(executor) << executor.error().message;
        for (const int64_t batch : {1, 3, 2, 1}) {
            SCOPED_TRACE("batch " + std::to_string(batch));
            const double noShare = 0;  // 1 LSB decides here; each backend's own tests count equal ones
            expectEveryStepMatches(**executor, std::vector{randomFloats({batch, 3, 32, 32}, random, -2, 2)},
                                   noShare, runRoundingBeforeAdd);
        }
    }
}

TEST_P(EveryBackend, ProfilesEveryStep) {
    std::mt19937 random(33);
    auto executor = std::move(makeExecutor(GetParam(), residualNetwork(random))).value();
    const auto profile = executor->profile(std::vector{randomFloats({1, 3, 32, 32}, random, -2, 2)}, 1, 3);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->total.runs, 3);
    std::vector<bool> seen(executor->graph().nodes.size(), false);
    for (const NodeTime& node : profile->nodes) {
        EXPECT_FALSE(node.implementation.empty());
        seen.at(node.node) = true;
    }
    EXPECT_THAT(seen, testing::Each(true));
}

TEST_P(EveryBackend, RefusesInputsThatDoNotFit) {
    std::mt19937 random(34);
    auto executor = std::move(makeExecutor(GetParam(), residualNetwork(random))).value();
    EXPECT_FALSE(executor->run({}));
    EXPECT_FALSE(executor->run(std::vector{randomFloats({1, 4, 32, 32}, random)}));
    EXPECT_TRUE(executor->run(std::vector{randomFloats({1, 3, 32, 32}, random)}));
}

INSTANTIATE_TEST_SUITE_P(Backends, EveryBackend, testing::ValuesIn(backends().names()),
                         [](const auto& info) { return info.param; });

TEST(Backends, AreThoseThatThereAre) {
    EXPECT_THAT(backends().names(), testing::ElementsAre("onednn", "reference", "xnnpack"));
    std::mt19937 random(35);
    EXPECT_TRUE(makeExecutor("", residualNetwork(random)));
}

TEST(Backends, AnUnknownNameNamesThem) {
    std::mt19937 random(36);
    const auto executor = makeExecutor("nonsense", residualNetwork(random));
    ASSERT_FALSE(executor);
    EXPECT_EQ(executor.error().kind, ErrorKind::Usage);
    EXPECT_EQ(executor.error().message, "unknown backend 'nonsense': use onednn, reference, xnnpack");
}

}  // namespace

}  // namespace qs::test
