#include "importers/own_parameters.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace qs {
namespace {

using at::Tensor;

/// Convolutions and batch norms side by side, each in a module of its own.
class Parameters : public testing::Test {
  protected:
    NodeId add(const std::string& op, const std::string& scope, std::vector<ValueId> inputs) {
        inputs.insert(inputs.begin(), x_);
        const NodeId id = graph_.addNode(op, "", {}, std::move(inputs), {""});
        graph_.node(id).scope = scope;
        graph_.addOutput(graph_.node(id).outputs[0], "");
        return id;
    }
    ValueId constant(const Tensor& tensor) { return graph_.addConstant("", tensor); }
    ValueId input(NodeId node, size_t i) const { return graph_.node(node).inputs.at(i); }
    bool areOne(NodeId a, NodeId b, size_t i) const { return input(a, i) == input(b, i); }

    Graph graph_;
    ValueId x_ = graph_.addInput("x");
    Tensor weight_ = at::randn({3, 3, 1, 1}), zeros_ = at::zeros({3});
};

TEST_F(Parameters, LayersThatReadOneTensorShareItAndTheFreshOnesBesideIt) {
    const ValueId w = constant(weight_), b = constant(zeros_);
    const NodeId first = add("conv2d", "a", {w, b}), second = add("conv2d", "b", {w, b});
    ownParameters(graph_);
    EXPECT_TRUE(areOne(first, second, 1));
    EXPECT_TRUE(areOne(first, second, 2));
}

TEST_F(Parameters, FreshTensorsThatWerePooledArePartedAmongLayers) {
    const ValueId ones = constant(at::ones({3})), zeros = constant(zeros_);
    const NodeId first = add("batch_norm", "a", {ones, zeros, zeros, ones});
    const NodeId second = add("batch_norm", "b", {ones, zeros, zeros, ones});
    ownParameters(graph_);
    std::set<ValueId> values;
    for (size_t i = 1; i <= 4; ++i) {
        values.insert({input(first, i), input(second, i)});
        EXPECT_TRUE(graph_.constant(input(second, i)).equal(i == 1 || i == 4 ? at::ones({3}) : zeros_));
    }
    EXPECT_EQ(values.size(), 8u);
}

TEST_F(Parameters, FreshTensorsOfAModuleThatIsCalledTwiceAreOne) {
    const ValueId ones = constant(at::ones({3})), zeros = constant(zeros_);
    const ValueId mean = constant(at::zeros({3})), variance = constant(at::ones({3}));
    const NodeId first = add("batch_norm", "bn", {ones, zeros, mean, variance});
    const NodeId second = add("batch_norm", "bn", {ones, zeros, mean, variance});
    ownParameters(graph_);
    for (size_t i = 1; i <= 4; ++i) {
        EXPECT_TRUE(areOne(first, second, i)) << i;
    }
}

TEST_F(Parameters, ValuesOfOneTensorBecomeOne) {
    const Tensor matrix = at::randn({3, 5});
    const NodeId first = add("linear", "a", {constant(matrix.t())});
    const NodeId second = add("linear", "b", {constant(matrix.t())});
    const NodeId other = add("linear", "c", {constant(matrix.t().clone())});
    ownParameters(graph_);
    EXPECT_TRUE(areOne(first, second, 1));
    EXPECT_FALSE(areOne(first, other, 1));
}

TEST_F(Parameters, EqualWeightsAreOneWhereOneModuleComputesThem) {
    const NodeId first = add("conv2d", "normed", {constant(weight_.clone())});
    const NodeId second = add("conv2d", "normed", {constant(weight_.clone())});
    const NodeId copied = add("conv2d", "deep_copy", {constant(weight_.clone())});
    const NodeId nameless = add("conv2d", "", {constant(weight_.clone())});
    const NodeId another = add("conv2d", "", {constant(weight_.clone())});
    ownParameters(graph_);
    EXPECT_TRUE(areOne(first, second, 1));
    EXPECT_FALSE(areOne(first, copied, 1));
    EXPECT_FALSE(areOne(nameless, another, 1));
}

TEST_F(Parameters, ATrainedSlopeIsSharedAndAFreshOneIsNot) {
    const ValueId trained = constant(at::full({1}, 0.137)), fresh = constant(at::full({1}, 0.25));
    const NodeId first = add("prelu", "a", {trained}), second = add("prelu", "b", {trained});
    const NodeId third = add("prelu", "c", {fresh}), fourth = add("prelu", "d", {fresh});
    ownParameters(graph_);
    EXPECT_TRUE(areOne(first, second, 1));
    EXPECT_FALSE(areOne(third, fourth, 1));
}

}  // namespace
}  // namespace qs
