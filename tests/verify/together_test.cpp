#include "verify/together.h"

#include <gmock/gmock.h>

#include "verify_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Values = std::map<std::string, std::vector<at::Tensor>>;

/// A runtime that leaves every layer in float.
class FloatSession : public FileSession {
  public:
    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor>) override { return failure(""); }
    Result<Layers> runLayers(std::span<const at::Tensor>) override { return failure(""); }
    Result<int64_t> integerWeights() const override { return 0; }
    Result<double> time(std::span<const at::Tensor>) override { return 0; }
    std::string version() const override { return {}; }
    std::optional<Computed> computedBy(const std::string&) const override { return Computed{"Conv", true}; }
};

class TogetherTest : public VerifyFixture {
  protected:
    TogetherTest() : network_(exportCase("network")), engine_(makeXnnpackExecutor(network_.graph).value()) {}

    size_t nodeOf(const std::string& layer) const {
        const auto& nodes = network_.graph.nodes;
        const auto found = std::ranges::find_if(
            nodes, [&](const QNode& node) { return node.layer == layer && !node.isBoundary(); });
        return static_cast<size_t>(found - nodes.begin());
    }
    /// What a file shows whose step `wrong` is off by `lsb` in some values, and whose others do what the
    /// engine's do with what they get.
    Values shownBy(size_t wrong, int64_t lsb) const {
        const QuantizedGraph& graph = network_.graph;
        std::map<ValueId, at::Tensor> values{{graph.inputs.at(0), network_.input}};
        Values shown;
        for (size_t i = 0; i < graph.nodes.size(); ++i) {
            const QNode& node = graph.nodes[i];
            std::vector<at::Tensor> inputs;
            for (const ValueId input : node.inputs) {
                inputs.push_back(values.at(input));
            }
            const auto outputs = engine_->runNode(i, inputs).value();
            for (size_t k = 0; k < outputs.size(); ++k) {
                const QValue& value = graph.value(node.outputs[k]);
                at::Tensor result = outputs[k].contiguous().clone();
                if (i == wrong) {
                    const at::Tensor some = result.flatten().slice(0, 0, {}, 50);
                    some.copy_(
                        some.to(at::kLong).add(lsb).clamp(value.qparams->quantMin, value.qparams->quantMax));
                }
                if (value.isInteger()) {
                    shown[node.layer].push_back(result);
                }
                values[value.id] = result;
            }
        }
        return shown;
    }
    LayerTable tableOf(const Values& shown) const {
        LayerTable table(*engine_);
        const Status added = table.add({network_.input}, shown);
        EXPECT_TRUE(added) << added.error().message;
        return table;
    }

    ExportCase network_;
    std::unique_ptr<Executor> engine_;
};

TEST_F(TogetherTest, WhatRoundsOtherwiseIsFoundThoughEveryLayerIsWithinItsTolerance) {
    for (const char* wrong : {"conv1", "layer1.0.conv2", "features.3.conv.1.0"}) {
        SCOPED_TRACE(wrong);
        const LayerTable table = tableOf(shownBy(nodeOf(wrong), 1));
        protocol::VerifyResult result;
        table.write(result);
        EXPECT_EQ(result.first_layer_out, "");
        EXPECT_TRUE(std::ranges::all_of(result.layers, &protocol::LayerDifference::passed));
        const auto first = table.firstDifferent(0);
        ASSERT_TRUE(first);
        EXPECT_EQ(first->difference.name, wrong);
        EXPECT_EQ(first->difference.worst_lsb, 1);
        const auto departing = table.firstDifferent(1);
        EXPECT_TRUE(!departing || departing->node > first->node);
        EXPECT_THAT(togetherNote(table, network_.graph, FloatSession()),
                    AllOf(HasSubstr(std::string("up to ") + wrong + " (conv2d)"),
                          HasSubstr("leaves it in float (Conv)")));
    }
}

TEST_F(TogetherTest, AStepThatIsFurtherApartIsBoth) {
    const LayerTable table = tableOf(shownBy(nodeOf("layer1.0.conv1"), 3));
    ASSERT_TRUE(table.firstDifferent(1));
    EXPECT_EQ(table.firstDifferent(1)->node, table.firstDifferent(0)->node);
    EXPECT_THAT(togetherNote(table, network_.graph, FloatSession()),
                AllOf(HasSubstr("layer1.0.conv1 (conv2d), where worst 3 LSB"),
                      Not(HasSubstr("first more than one rounding"))));
}

TEST_F(TogetherTest, EqualFilesHaveNoPlace) {
    const LayerTable table = tableOf(shownBy(network_.graph.nodes.size(), 0));
    EXPECT_FALSE(table.firstDifferent(0));
}

}  // namespace
}  // namespace qs::test
