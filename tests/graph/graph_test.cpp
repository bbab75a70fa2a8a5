#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "graph/graph.h"

namespace qs {
namespace {

using ::testing::ElementsAre;
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

/// Whether ids are places, and producers and readers are those that the nodes' lists give.
void expectSound(const Graph& graph) {
    std::vector<NodeId> producers(graph.values().size());
    std::vector<std::vector<NodeId>> readers(graph.values().size());
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        EXPECT_EQ(node.id.index, static_cast<int32_t>(i));
        for (const ValueId input : node.inputs) {
            const NodeId producer = graph.value(input).producer;
            EXPECT_TRUE(!producer.valid() || producer < node.id) << node.name;
            auto& of = readers[static_cast<size_t>(input.index)];
            if (of.empty() || of.back() != node.id) {
                of.push_back(node.id);
            }
        }
        for (const ValueId output : node.outputs) {
            producers[static_cast<size_t>(output.index)] = node.id;
        }
    }
    for (const Value& value : graph.values()) {
        EXPECT_EQ(value.producer, producers[static_cast<size_t>(value.id.index)]) << value.name;
        EXPECT_EQ(graph.users(value.id), readers[static_cast<size_t>(value.id.index)]) << value.name;
    }
}

TEST(Graph, InsertsInFrontOfANodeAndBehindOne) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId a = graph.addNode("relu", "a", {}, {x}, {"a"});
    const ValueId ofA = graph.node(a).outputs[0];
    const ValueId ofC = graph.node(graph.addNode("relu", "c", {}, {ofA}, {"c"})).outputs[0];
    const NodeId b = graph.insertBehind(a, "clip", "b", {}, {ofA}, {"b"});
    graph.setInput(NodeId{b.index + 1}, 0, graph.node(b).outputs[0]);
    graph.insertBefore(a, "tanh", "first", {}, {x}, {"first"});
    std::vector<std::string> names;
    for (const Node& node : graph.nodes()) {
        names.push_back(node.name);
    }
    EXPECT_THAT(names, ElementsAre("first", "a", "b", "c"));
    EXPECT_EQ(graph.value(ofC).producer.index, 3) << "ids of values stay";
    expectSound(graph);
}

TEST(Graph, StaysSoundUnderInsertionsAnywhere) {
    std::mt19937 random(1);
    Graph graph;
    graph.addInput("x");
    for (int i = 0; i < 200; ++i) {
        const auto place = static_cast<int32_t>(random() % (graph.nodes().size() + 1));
        std::vector<ValueId> earlier;
        for (const Value& value : graph.values()) {
            if (!value.producer.valid() || value.producer.index < place) {
                earlier.push_back(value.id);
            }
        }
        const std::vector<ValueId> inputs{earlier[random() % earlier.size()],
                                          earlier[random() % earlier.size()]};
        const std::string name = "n" + std::to_string(i);
        const NodeId id = graph.insertBefore(NodeId{place}, "add", name, {}, inputs, {name});
        EXPECT_EQ(graph.node(id).name, name);
    }
    expectSound(graph);
}

TEST(Graph, RefusesToInsertAReaderInFrontOfItsValue) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const NodeId a = graph.addNode("relu", "a", {}, {x}, {"a"});
    EXPECT_THROW(graph.insertBefore(a, "relu", "b", {}, {graph.node(a).outputs[0]}, {"b"}),
                 std::invalid_argument);
    EXPECT_EQ(graph.nodes().size(), 1U);
    expectSound(graph);
}

}  // namespace
}  // namespace qs
