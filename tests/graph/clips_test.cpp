#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "graph/passes_fixture.h"

namespace qs {
namespace {

using test::expectSame;
using test::plain;
using test::t;
using test::TracedNet;
using ::testing::ElementsAre;

TEST(Clips, WithOneBoundAreActivations) {
    const auto bound = [](double value) { return plain(value); };
    const AtenArg none = plain(c10::IValue());
    const auto opsOf = [&](const char* op, auto&& arguments) {
        TracedNet net;
        const ValueId x = net.input({2, 5});
        net.output(net.carried(op, arguments(net, x)));
        expectSame(net);
        return net.opNames();
    };
    using Args = std::vector<AtenArg>;
    EXPECT_THAT(opsOf("aten::clamp",
                      [&](auto&, ValueId x) {
                          return Args{t(x), bound(0), none};
                      }),
                ElementsAre("relu"));
    EXPECT_THAT(opsOf("aten::clamp",
                      [&](auto&, ValueId x) {
                          return Args{t(x), none, bound(0.3)};
                      }),
                ElementsAre("clip"));
    EXPECT_THAT(opsOf("aten::clamp_min",
                      [&](auto&, ValueId x) {
                          return Args{t(x), bound(0)};
                      }),
                ElementsAre("relu"));
    EXPECT_THAT(opsOf("aten::clamp_max",
                      [&](auto&, ValueId x) {
                          return Args{t(x), bound(-0.2)};
                      }),
                ElementsAre("clip"));
    for (const bool first : {false, true}) {
        EXPECT_THAT(opsOf("aten::maximum",
                          [&](TracedNet& net, ValueId x) {
                              const AtenArg c = t(net.constant(at::zeros({1})));
                              return first ? Args{c, t(x)} : Args{t(x), c};
                          }),
                    ElementsAre("relu"));
        EXPECT_THAT(opsOf("aten::minimum",
                          [&](TracedNet& net, ValueId x) {
                              const AtenArg c = t(net.constant(at::full({}, 0.25)));
                              return first ? Args{c, t(x)} : Args{t(x), c};
                          }),
                    ElementsAre("clip"));
    }
    EXPECT_THAT(opsOf("aten::maximum",
                      [&](TracedNet& net, ValueId x) {
                          return Args{t(x), t(net.constant(at::arange(5).to(at::kFloat)))};
                      }),
                ElementsAre("aten::maximum"))
        << "a bound a column is no clip";
}

TEST(Clips, ThatFollowOneAnotherAreOne) {
    TracedNet net;
    const ValueId x = net.input({2, 5});
    const ValueId positive = net.op("relu", {}, {x});
    net.output(net.carried("aten::clamp_max", {t(positive), plain(0.5)}));
    expectSame(net);
    ASSERT_THAT(net.opNames(), ElementsAre("clip"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.get<double>("min"), 0);
    EXPECT_EQ(net.graph.nodes()[0].attrs.get<double>("max"), 0.5);
}

TEST(Clips, WhoseBoundsCrossGiveTheUpperOne) {
    TracedNet net;
    const ValueId low = net.carried("aten::clamp_min", {t(net.input({2, 5})), plain(0.5)});
    net.output(net.carried("aten::clamp_max", {t(low), plain(-0.5)}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("clip"));
}

TEST(Clips, WithoutAFiniteBoundStay) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const auto& [op, bound] : {std::pair("aten::clamp_min", -kInfinity),
                                    {"aten::clamp_max", kInfinity},
                                    {"aten::clamp_min", kInfinity},
                                    {"aten::clamp_max", -kInfinity}}) {
        SCOPED_TRACE(testing::Message() << op << ' ' << bound);
        TracedNet net;
        net.output(net.carried(op, {t(net.input({2, 5})), plain(bound)}));
        const auto before = net.results();
        simplify(net.graph);
        EXPECT_TRUE(net.results()[0].equal(before[0]));
        EXPECT_THAT(net.opNames(), ElementsAre(op));
    }
}

}  // namespace
}  // namespace qs
