#include "verify/departure.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "verify/step_tensors.h"
#include "verify_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Values = std::map<std::string, at::Tensor>;

/// A file with these tensors, whose outputs are `output`.
class MadeSession : public FileSession {
  public:
    MadeSession(Values values, at::Tensor output) : values_(std::move(values)), output_(std::move(output)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor>) override { return Outputs{output_}; }
    Result<Layers> runLayers(std::span<const at::Tensor>, const LayerTensors& shown) override {
        ++looks;
        Layers layers{{output_}, {}};
        for (const auto& [layer, tensors] : shown) {
            for (const std::string& tensor : tensors) {
                layers.values[layer].push_back(values_.at(tensor));
                if (disturbing.contains(tensor)) {
                    layers.outputs[0] = output_ + 1;
                }
            }
        }
        return layers;
    }
    Result<int64_t> integerWeights() const override { return 0; }
    Result<double> time(std::span<const at::Tensor>) override { return 0; }
    std::string version() const override { return {}; }
    Result<std::optional<Computed>> computedBy(const std::string&) override { return computed; }

    std::optional<Computed> computed = Computed{"Conv", true};
    std::set<std::string> disturbing;  ///< tensors that change outputs where they are given out
    int looks = 0;

  private:
    using Outputs = std::vector<at::Tensor>;
    Values values_;
    at::Tensor output_;
};

class DepartureTest : public VerifyFixture {
  protected:
    DepartureTest()
        : network_(exportCase("network")),
          engine_(makeXnnpackExecutor(network_.graph).value()),
          layers_(layerTensors(network_.graph, [](ValueId id) { return std::to_string(id.index); })) {}

    size_t nodeOf(const std::string& layer) const {
        const auto& nodes = network_.graph.nodes;
        const auto found = std::ranges::find_if(
            nodes, [&](const QNode& node) { return node.layer == layer && !node.isBoundary(); });
        return static_cast<size_t>(found - nodes.begin());
    }
    std::string tensorOf(const std::string& layer) const {
        return std::to_string(network_.graph.nodes[nodeOf(layer)].outputs.at(0).index);
    }
    /// A step that is off by `lsb` in its first `count` values.
    struct Fault {
        size_t node;
        int64_t lsb;
        int64_t count;
    };
    /// A file whose other steps do what the engine's do with what they get.
    MadeSession fileWith(const std::vector<Fault>& faults) const {
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
                const auto fault = std::ranges::find(faults, i, &Fault::node);
                if (fault != faults.end()) {
                    const int64_t lsb = fault->lsb;
                    const at::Tensor some = result.flatten().slice(0, 0, fault->count);
                    const at::Tensor integers = some.to(at::kLong);
                    const int64_t middle = (value.qparams->quantMin + value.qparams->quantMax) / 2;
                    some.copy_(at::where(integers.lt(middle), integers + lsb, integers - lsb));
                }
                shown[std::to_string(value.id.index)] = result;
                values[value.id] = result;
            }
        }
        return {shown, values.at(graph.outputs.at(0))};
    }
    std::vector<protocol::Departure> departuresOf(MadeSession& file) const {
        const auto found =
            findDepartures({*engine_, file, layers_, {network_.input}, {network_.input}}, Job());
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : std::vector<protocol::Departure>();
    }

    ExportCase network_;
    std::unique_ptr<Executor> engine_;
    LayerTensors layers_;
};

constexpr int64_t kAll = int64_t{1} << 40;

TEST_F(DepartureTest, TheStepThatRoundsOtherwiseIsNamedWithWhatComputesIt) {
    for (const char* wrong : {"conv1", "layer1.0.conv2", "layer2.0.downsample.0", "features.3.conv.1.0"}) {
        SCOPED_TRACE(wrong);
        MadeSession file = fileWith({{nodeOf(wrong), 1, kAll}});
        const auto found = departuresOf(file);
        ASSERT_THAT(found, Not(IsEmpty()));
        EXPECT_EQ(found[0].difference.name, wrong);
        EXPECT_EQ(found[0].kind, "float");
        EXPECT_EQ(found[0].computed_by, "Conv");
        EXPECT_EQ(found[0].difference.worst_lsb, 1);
        EXPECT_EQ(found[0].differing_percent, 100);
        EXPECT_EQ(found[0].unseen, 0);
        EXPECT_THAT(departureLine(found[0]), AllOf(HasSubstr(std::string("depart at ") + wrong + " (conv2d)"),
                                                   HasSubstr("leaves it in float (Conv)")));
        EXPECT_LE(file.looks, 14) << "of " << stepTensors(network_.graph, layers_).size();
    }
}

TEST_F(DepartureTest, TiesBeforeItDoNotHideTheStepThatDeparts) {
    MadeSession file = fileWith({{nodeOf("layer1.0.conv1"), 1, 1}, {nodeOf("layer1.0.conv2"), 1, kAll}});
    const auto found = departuresOf(file);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].difference.name, "layer1.0.conv1");
    EXPECT_LT(found[0].differing_percent, kTiesPercent);
    EXPECT_EQ(found[1].difference.name, "layer1.0.conv2");
    EXPECT_GT(found[1].differing_percent, kTiesPercent);
    EXPECT_EQ(found[1].agrees_up_to, "layer1.0.conv1");
}

TEST_F(DepartureTest, ABoundaryIsCalledOne) {
    MadeSession file = fileWith({{0, 1, kAll}});  // the network's input
    const auto found = departuresOf(file);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].kind, "boundary");
    EXPECT_EQ(found[0].agrees_up_to, "");
    EXPECT_THAT(departureLine(found[0]), HasSubstr("or their quantizing rounds otherwise"));
}

TEST_F(DepartureTest, WhatARuntimeDoesOtherwiseWhenItIsLookedAtIsNotTaken) {
    MadeSession file = fileWith({{nodeOf("layer1.0.conv2"), 3, kAll}});
    file.disturbing = {tensorOf("layer1.0.conv1")};
    file.computed.reset();
    const auto found = departuresOf(file);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].difference.name, "layer1.0.conv2");
    EXPECT_EQ(found[0].kind, "integer");
    EXPECT_EQ(found[0].unseen, 1);
    EXPECT_THAT(departureLine(found[0]),
                HasSubstr("cannot be looked at without changing what the runtime does: 1"));
}

TEST_F(DepartureTest, NothingIsNamedInARightFile) {
    MadeSession file = fileWith({});
    EXPECT_THAT(departuresOf(file), IsEmpty());
    EXPECT_EQ(file.looks, 1);
}

/// A file one of whose convolutions ONNX Runtime leaves in float, and that is a little too large there.
TEST_F(DepartureTest, TheLayerThatOnnxRuntimeLeavesInFloatIsNamed) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const std::string wrong = "layer2.0.conv1";
    const auto file = exported(network_.graph, "m.onnx");
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(readFile(file).value()));
    onnx::GraphProto& graph = *model.mutable_graph();
    auto& factor = *graph.add_initializer();
    factor.set_name("factor");
    factor.set_data_type(onnx::TensorProto::FLOAT);
    factor.add_float_data(1.004F);
    bool changed = false;
    const std::string tensor = readFacts(file).value().layers.at(wrong).at(0);
    for (auto& node : *graph.mutable_node()) {
        if (node.output(0) == tensor) {  // its QuantizeLinear
            const std::string real = node.input(0);
            node.set_input(0, "scaled");
            auto& mul = *graph.add_node();
            mul.set_op_type("Mul");
            mul.add_input(real);
            mul.add_input("factor");
            mul.add_output("scaled");
            changed = true;
            break;
        }
    }
    ASSERT_TRUE(changed);
    for (int i = graph.node_size() - 1; i > 0; --i) {  // nodes stand in the order of use
        if (graph.node(i - 1).output(0) == tensor) {
            graph.mutable_node()->SwapElements(i, i - 1);
            break;
        }
        graph.mutable_node()->SwapElements(i, i - 1);
    }
    std::ofstream(file, std::ios::binary) << model.SerializeAsString();
    const FileFacts facts = readFacts(file).value();
    const OpenedFile opened = std::move(openFile(facts, "onnxruntime", 1)).value();
    const auto found =
        findDepartures({*engine_, *opened.session, facts.layers, {network_.input}, {network_.input}}, Job());
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_THAT(*found, Not(IsEmpty()));
    EXPECT_EQ(found->back().difference.name, wrong) << departureLine(found->back());
    EXPECT_EQ(found->back().kind, "float");
    EXPECT_THAT(found->back().computed_by, HasSubstr("Conv"));
    EXPECT_GT(found->back().differing_percent, kTiesPercent);
    EXPECT_EQ(found->back().difference.worst_lsb, 1);
}

}  // namespace
}  // namespace qs::test
