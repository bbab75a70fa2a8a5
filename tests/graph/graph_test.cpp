#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/graph.h"

namespace qs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Graph, KnowsProducersAndReaders) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId a = graph.addNode("relu", "a", {}, {x}, {"a"});
    const ValueId y = graph.node(a).outputs[0];
    const NodeId b = graph.addNode("add", "b", {}, {y, y}, {"b"});
    graph.addOutput(graph.node(b).outputs[0], "out");
    EXPECT_EQ(graph.value(y).producer, a);
    EXPECT_FALSE(graph.value(x).producer.valid());
    EXPECT_THAT(graph.users(y), ElementsAre(b));
    EXPECT_TRUE(graph.isOutput(graph.node(b).outputs[0]));
    EXPECT_EQ(graph.findNode("b")->op, "add");
    EXPECT_EQ(graph.findNode("c"), nullptr);
}

TEST(Graph, KnowsReadersAfterInputsChanged) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId a = graph.addNode("relu", "a", {}, {x}, {"a"});
    const NodeId b = graph.addNode("relu", "b", {}, {x}, {"b"});
    const ValueId ofA = graph.node(a).outputs[0], ofB = graph.node(b).outputs[0];
    const NodeId c = graph.addNode("add", "c", {}, {ofA, ofA}, {"c"});
    graph.addOutput(ofB, "out");
    graph.setInput(c, 1, ofB);
    EXPECT_THAT(graph.users(ofA), ElementsAre(c));
    EXPECT_THAT(graph.users(ofB), ElementsAre(c));
    graph.setInputs(c, {x, ofB, x});
    EXPECT_THAT(graph.users(ofA), IsEmpty());
    EXPECT_THAT(graph.users(x), ElementsAre(a, b, c));
}

TEST(Graph, ReplacedUsesHaveNewReadersAndOutputs) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId a = graph.addNode("identity", "a", {}, {x}, {"a"});
    const ValueId ofA = graph.node(a).outputs[0];
    const NodeId b = graph.addNode("add", "b", {}, {ofA, x}, {"b"});
    graph.addOutput(ofA, "out");
    graph.replaceUses(ofA, x);
    EXPECT_THAT(graph.node(b).inputs, ElementsAre(x, x));
    EXPECT_THAT(graph.users(x), ElementsAre(a, b));
    EXPECT_THAT(graph.users(ofA), IsEmpty());
    EXPECT_TRUE(graph.isOutput(x));
    EXPECT_FALSE(graph.isOutput(ofA));
    graph.replaceUses(x, x);
    EXPECT_THAT(graph.users(x), ElementsAre(a, b));
}

TEST(Graph, NumbersNamesThatAreTaken) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    graph.addNode("relu", graph.uniqueNodeName("relu"), {}, {x}, {"1"});
    graph.addNode("relu", graph.uniqueNodeName("relu"), {}, {x}, {"2"});
    EXPECT_EQ(graph.nodes()[1].name, "relu#2");
    EXPECT_EQ(graph.uniqueNodeName("relu"), "relu#3");
}

TEST(Graph, DumpsALineANode) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const ValueId w = graph.addConstant("fc.weight", at::ones({2, 3}));
    Attributes attrs;
    attrs.set("axis", int64_t{1});
    graph.addNode("linear", "fc", attrs, {x, w}, {"fc"});
    EXPECT_THAT(graph.dump(), HasSubstr("%fc = linear[axis=1](%x, %fc.weight[2, 3])  # fc"));
}

}  // namespace
}  // namespace qs
