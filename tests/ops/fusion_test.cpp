#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/parse_graph.h"
#include "ops/fusion.h"

namespace qs {
namespace {

using ::testing::ElementsAre;

/// Most values below have no shapes, which count as equal.
Graph graphOf(const std::string& text) {
    auto graph = parseGraph("%x = input\n%w(1) = constant[full=1.0]\n" + text);
    EXPECT_TRUE(graph) << graph.error().message;
    return graph ? std::move(*graph) : Graph();
}

std::vector<std::string> groups(const std::string& text) {
    const Graph graph = graphOf(text);
    std::vector<std::string> names;
    for (const auto& group : fuse(graph)) {
        names.push_back(graph.node(group.primary).name + ":" + groupOp(graph, group));
    }
    return names;
}

TEST(Fusion, FoldsNormAndActivationIntoAConvolution) {
    EXPECT_THAT(groups(R"(
        %conv = conv2d(%x, %w)
        %bn = batch_norm(%conv, %w)
        %relu = relu(%bn))"),
                ElementsAre("conv:conv2d+batch_norm+relu"));
}

TEST(Fusion, FoldsNormAndActivationIntoATransposedConvolution) {
    EXPECT_THAT(groups(R"(
        %up = conv_transpose2d(%x)
        %bn = batch_norm(%up, %w)
        %relu = relu(%bn))"),
                ElementsAre("up:conv_transpose2d+batch_norm+relu"));
}

TEST(Fusion, FoldsANormIntoALinearLayerOfRowsOnly) {
    EXPECT_THAT(groups("%fc(2, 8) = linear(%x)\n%bn = batch_norm(%fc, %w)"),
                ElementsAre("fc:linear+batch_norm"));
    EXPECT_THAT(groups("%fc(2, 8, 8) = linear(%x)\n%bn = batch_norm(%fc, %w)"),
                ElementsAre("fc:linear", "bn:batch_norm"));
}

TEST(Fusion, LeavesValuesOfANodeWithSeveralOutputs) {
    const std::string text = R"(
        %conv = conv2d(%x, %w)
        %a, %b = split(%conv)  # split
        %relu = relu(%a))";
    EXPECT_THAT(groups(text), ElementsAre("conv:conv2d", "split:split", "relu:relu"));
    EXPECT_EQ(fuse(graphOf(text))[1].outputs.size(), 2u);
}

TEST(Fusion, FoldsAnActivationIntoABatchNormOnItsOwn) {
    EXPECT_THAT(groups("%norm = batch_norm(%x, %w)\n%relu = relu(%norm)"),
                ElementsAre("norm:batch_norm+relu"));
}

TEST(Fusion, LeavesAValueThatTwoReadersNeed) {
    EXPECT_THAT(groups(R"(
        %conv = conv2d(%x, %w)
        %relu = relu(%conv)
        %pool = max_pool2d(%conv))"),
                ElementsAre("conv:conv2d", "relu:relu", "pool:max_pool2d"));
}

TEST(Fusion, LeavesAValueThatIsAnOutput) {
    EXPECT_THAT(groups(R"(
        %conv = conv2d(%x, %w)
        %relu = relu(%conv)
        output %conv = "features")"),
                ElementsAre("conv:conv2d", "relu:relu"));
}

TEST(Fusion, FoldsAResidualAddIntoTheFirstOperandsConvolution) {
    const std::string text = R"(
        %conv0 = conv2d(%x, %w)
        %stem = relu(%conv0)
        %conv2 = conv2d(%stem, %w)
        %bn2 = batch_norm(%conv2, %w)
        %down = conv2d(%stem, %w)
        %bn3 = batch_norm(%down, %w)
        %add = add(%bn2, %bn3)
        %relu = relu(%add))";
    // The downsampling convolution runs first: its result is an input of the fused step.
    EXPECT_THAT(groups(text), ElementsAre("conv0:conv2d+relu", "down:conv2d+batch_norm",
                                          "conv2:conv2d+batch_norm+add+relu"));
    const Graph graph = graphOf(text);
    EXPECT_THAT(fuse(graph)[2].inputs,
                ElementsAre(graph.findNode("stem")->outputs[0], graph.findNode("bn3")->outputs[0]));
}

TEST(Fusion, FoldsAResidualAddIntoTheSecondOperandsConvolution) {
    const std::string text = R"(
        %conv0 = conv2d(%x, %w)
        %conv1 = conv2d(%conv0, %w)
        %add = add(%conv0, %conv1))";
    EXPECT_THAT(groups(text), ElementsAre("conv0:conv2d", "conv1:conv2d+add"));
    const Graph graph = graphOf(text);
    const ValueId first = graph.findNode("conv0")->outputs[0];
    EXPECT_THAT(fuse(graph)[1].inputs, ElementsAre(first, first));
}

TEST(Fusion, LeavesAnAddOfOneValueToItselfAndBroadcasts) {
    EXPECT_THAT(groups("%conv0 = conv2d(%x, %w)\n%twice = add(%conv0, %conv0)"),
                ElementsAre("conv0:conv2d", "twice:add"));
    EXPECT_THAT(groups(R"(
        %a(1, 8, 1, 1) = input
        %conv(1, 8, 4, 4) = conv2d(%x, %w)
        %add = add(%a, %conv))"),
                ElementsAre("conv:conv2d", "add:add"));
}

TEST(Fusion, FoldsAnActivationIntoALoneAdd) {
    EXPECT_THAT(groups(R"(
        %a = max_pool2d(%x)
        %b = max_pool2d(%a)
        %add = add(%a, %b)
        %clip = clip(%add))"),
                ElementsAre("a:max_pool2d", "b:max_pool2d", "add:add+clip"));
}

}  // namespace
}  // namespace qs
