#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/passes/fusion.h"

namespace qs {
namespace {

using ::testing::ElementsAre;

/// Writes graphs a node at a time; values have no shapes, which count as equal.
class Net {
  public:
    ValueId input() { return graph.addInput("x"); }
    ValueId conv(const std::string& name, ValueId x) { return add("conv2d", name, {x, weight(name)}); }
    ValueId norm(const std::string& name, ValueId x) { return add("batch_norm", name, {x, weight(name)}); }
    ValueId add(const std::string& op, const std::string& name, std::vector<ValueId> inputs) {
        return graph.node(graph.addNode(op, name, {}, std::move(inputs), {name})).outputs[0];
    }
    std::vector<std::string> groups() const {
        std::vector<std::string> names;
        for (const auto& group : fuse(graph)) {
            names.push_back(graph.node(group.primary).name + ":" + groupOp(graph, group));
        }
        return names;
    }

    Graph graph;

  private:
    ValueId weight(const std::string& name) { return graph.addConstant(name + ".weight", at::ones({1})); }
};

TEST(Fusion, FoldsNormAndActivationIntoAConvolution) {
    Net net;
    net.add("relu", "relu", {net.norm("bn", net.conv("conv", net.input()))});
    EXPECT_THAT(net.groups(), ElementsAre("conv:conv2d+batch_norm+relu"));
}

TEST(Fusion, FoldsNormAndActivationIntoATransposedConvolution) {
    Net net;
    net.add("relu", "relu", {net.norm("bn", net.add("conv_transpose2d", "up", {net.input()}))});
    EXPECT_THAT(net.groups(), ElementsAre("up:conv_transpose2d+batch_norm+relu"));
}

TEST(Fusion, FoldsANormIntoALinearLayerOfRowsOnly) {
    for (const bool rows : {true, false}) {
        Net net;
        const ValueId y = net.add("linear", "fc", {net.input()});
        net.graph.value(y).shape = rows ? Shape{2, 8} : Shape{2, 8, 8};
        net.norm("bn", y);
        EXPECT_EQ(net.groups().size(), rows ? 1u : 2u);
    }
}

TEST(Fusion, LeavesValuesOfANodeWithSeveralOutputs) {
    Net net;
    const NodeId split = net.graph.addNode("split", "split", {}, {net.conv("conv", net.input())}, {"a", "b"});
    net.add("relu", "relu", {net.graph.node(split).outputs[0]});
    EXPECT_THAT(net.groups(), ElementsAre("conv:conv2d", "split:split", "relu:relu"));
    EXPECT_EQ(fuse(net.graph)[1].outputs.size(), 2u);
}

TEST(Fusion, FoldsAnActivationIntoABatchNormOnItsOwn) {
    Net net;
    const ValueId x = net.input();
    net.add("relu", "relu", {net.norm("norm", x)});
    EXPECT_THAT(net.groups(), ElementsAre("norm:batch_norm+relu"));
}

TEST(Fusion, LeavesAValueThatTwoReadersNeed) {
    Net net;
    const ValueId y = net.conv("conv", net.input());
    net.add("relu", "relu", {y});
    net.add("max_pool2d", "pool", {y});
    EXPECT_THAT(net.groups(), ElementsAre("conv:conv2d", "relu:relu", "pool:max_pool2d"));
}

TEST(Fusion, LeavesAValueThatIsAnOutput) {
    Net net;
    const ValueId y = net.conv("conv", net.input());
    net.add("relu", "relu", {y});
    net.graph.addOutput(y, "features");
    EXPECT_THAT(net.groups(), ElementsAre("conv:conv2d", "relu:relu"));
}

TEST(Fusion, FoldsAResidualAddIntoTheFirstOperandsConvolution) {
    Net net;
    const ValueId x = net.add("relu", "stem", {net.conv("conv0", net.input())});
    const ValueId main = net.norm("bn2", net.conv("conv2", x));
    const ValueId down = net.norm("bn3", net.conv("down", x));
    net.add("relu", "relu", {net.add("add", "add", {main, down})});
    // The downsampling convolution runs first: its result is an input of the fused step.
    EXPECT_THAT(net.groups(), ElementsAre("conv0:conv2d+relu", "down:conv2d+batch_norm",
                                          "conv2:conv2d+batch_norm+add+relu"));
    const auto groups = fuse(net.graph);
    EXPECT_THAT(groups[2].inputs, ElementsAre(x, down));
}

TEST(Fusion, FoldsAResidualAddIntoTheSecondOperandsConvolution) {
    Net net;
    const ValueId x = net.conv("conv0", net.input());
    const ValueId y = net.conv("conv1", x);
    net.add("add", "add", {x, y});
    EXPECT_THAT(net.groups(), ElementsAre("conv0:conv2d", "conv1:conv2d+add"));
    EXPECT_THAT(fuse(net.graph)[1].inputs, ElementsAre(x, x));
}

TEST(Fusion, LeavesAnAddOfOneValueToItselfAndBroadcasts) {
    Net net;
    const ValueId x = net.conv("conv0", net.input());
    net.add("add", "twice", {x, x});
    EXPECT_THAT(net.groups(), ElementsAre("conv0:conv2d", "twice:add"));

    Net other;
    const ValueId a = other.input();
    const ValueId b = other.conv("conv", a);
    other.graph.value(b).shape = {1, 8, 4, 4};
    other.graph.value(a).shape = {1, 8, 1, 1};
    other.add("add", "add", {a, b});
    EXPECT_THAT(other.groups(), ElementsAre("conv:conv2d", "add:add"));
}

TEST(Fusion, FoldsAnActivationIntoALoneAdd) {
    Net net;
    const ValueId a = net.add("max_pool2d", "a", {net.input()});
    const ValueId b = net.add("max_pool2d", "b", {a});
    net.add("clip", "clip", {net.add("add", "add", {a, b})});
    EXPECT_THAT(net.groups(), ElementsAre("a:max_pool2d", "b:max_pool2d", "add:add+clip"));
}

}  // namespace
}  // namespace qs
