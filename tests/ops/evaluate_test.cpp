#include "ops/evaluate.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/opaque.h"

namespace qs {
namespace {

using ::testing::HasSubstr;

TEST(Evaluate, RunsNodesInOrderAndShowsEveryOutput) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId relu = graph.addNode("relu", "relu", {}, {x}, {"relu"});
    const ValueId y = graph.node(relu).outputs[0];
    const NodeId add = graph.addNode("add", "sum", {}, {x, y}, {"sum"});
    graph.addOutput(graph.node(add).outputs[0], "out");
    const at::Tensor input = at::tensor({-1.0f, 2.0f});
    std::vector<std::string> seen;
    const auto result =
        evaluate(graph, std::span(&input, 1),
                 [&](const Node& node, std::span<const at::Tensor>) { seen.push_back(node.name); });
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(at::equal((*result)[0], at::tensor({-1.0f, 4.0f})));
    EXPECT_THAT(seen, ::testing::ElementsAre("relu", "sum"));
}

TEST(Evaluate, NamesTheLayerThatFails) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const ValueId w = graph.addConstant("fc.weight", at::ones({4, 3}));
    const NodeId fc = graph.addNode("linear", "head.fc", {}, {x, w}, {"y"});
    graph.addOutput(graph.node(fc).outputs[0], "out");
    const at::Tensor input = at::ones({1, 5});
    const auto result = evaluate(graph, std::span(&input, 1));
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("layer head.fc (linear)"));
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
}

TEST(Evaluate, CountsInputs) {
    Graph graph;
    graph.addInput("x");
    EXPECT_THAT(evaluate(graph, {}).error().message, HasSubstr("takes 1 inputs, not 0"));
}

TEST(Opaque, RunsWhatOnlyTheDispatcherKnows) {
    const AtenArg args[] = {{ValueId{0}}, {{}, c10::IValue(int64_t{2})}, {{}, c10::IValue(int64_t{1})}};
    const OpenedOp chunk = openOpaque("", args);
    const at::Tensor x = at::arange(12.0f).reshape({2, 6});
    const auto parts = runOpaque("aten::chunk", chunk.attrs, std::span(&x, 1));
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_TRUE(at::equal(parts[1], x.slice(1, 3, 6)));
}

TEST(Opaque, PassesTensorLists) {
    const AtenArg args[] = {{{}, {}, {ValueId{0}, ValueId{1}}}, {{}, c10::IValue(int64_t{0})}};
    const OpenedOp cat = openOpaque("", args);
    EXPECT_EQ(cat.inputs.size(), 2u);
    const at::Tensor xs[] = {at::ones({1, 2}), at::zeros({2, 2})};
    const auto joined = runOpaque("aten::cat", cat.attrs, xs);
    EXPECT_TRUE(at::equal(joined[0], at::cat({xs[0], xs[1]}, 0)));
}

TEST(Opaque, KnowsWhatTheDispatcherHas) {
    EXPECT_TRUE(dispatcherKnows("aten::silu", ""));
    EXPECT_FALSE(dispatcherKnows("aten::no_such_op", ""));
}

}  // namespace
}  // namespace qs
