#include <gtest/gtest.h>

#include <map>

#include "runtime/agreement.h"
#include "runtime/networks.h"
#include "support/calibrated.h"
#include "support/quantized_graph_builder.h"
#include "support/test_models.h"

namespace qs::test {

namespace {

/// Whole networks, each layer fed what it really gets: integers within 1 LSB of the simulation on 99.9 %.
void expectLayersMatch(const std::string& path, const std::string& preset, const Shape& inputShape,
                       const std::string& backend) {
    SCOPED_TRACE(preset + " on " + backend);
    auto model = calibrateOnNoise(path, preset, inputShape);
    ASSERT_TRUE(model) << model.error().message;
    auto executor = std::move(makeExecutor(backend, std::move(model->integer))).value();
    const QuantizedGraph& graph = executor->graph();
    std::mt19937 random(21);
    const std::vector input{randomFloats(inputShape, random, -2, 2)};
    std::map<ValueId, at::Tensor> values{{graph.inputs[0], input[0]}};
    Agreement total;
    const auto outputs = executor->run(input, [&](size_t index, std::span<const at::Tensor> produced) {
        const QNode& node = graph.nodes[index];
        values[node.outputs[0]] = produced[0].clone();
        std::vector<at::Tensor> read;
        for (const ValueId id : node.inputs) {
            read.push_back(values.at(id));
        }
        const at::Tensor expected = runReferenceNode(graph, node, read)[0];
        ASSERT_EQ(expected.sizes(), produced[0].sizes()) << node.layer;
        if (graph.value(node.outputs[0]).isInteger()) {
            Agreement agreement;
            agreement.add(expected, produced[0]);
            total.add(expected, produced[0]);
            EXPECT_GE(agreement.within1Share(), 0.999) << node.layer;
        }
    });
    ASSERT_TRUE(outputs) << outputs.error().message;
    testing::Test::RecordProperty(preset + "_" + backend + "_exact_percent",
                                  std::to_string(100 * total.exactShare()));
    EXPECT_GE(total.exactShare(), 0.999);

    const auto profile = executor->profile(input, 0, 1);
    ASSERT_TRUE(profile);
    for (const NodeTime& time : profile->nodes) {
        const QNode& node = graph.nodes[time.node];
        // XNNPACK rounds before it adds, so it takes no sum that must not be rounded.
        const bool unrounded = backend == "xnnpack" && node.hasAdd && graph.isInteger(node) && !node.preAdd;
        EXPECT_EQ(time.implementation.starts_with("reference"), unrounded)
            << node.layer << ": " << time.implementation;
    }
}

TEST(Network, LayersOfTorchvisionsNetworksMatchTheSimulation) {
    QS_NEEDS_MODELS();
    for (const char* name : {"resnet18_traced.pt", "mobilenet_v2_traced.pt"}) {
        SCOPED_TRACE(name);
        for (const char* preset : {"onednn", "fbgemm", "qnnpack", "tensorrt"}) {
            for (const char* backend : {"onednn", "xnnpack"}) {
                expectLayersMatch(modelFile(name).string(), preset, {2, 3, 96, 96}, backend);
            }
        }
    }
}

TEST(Network, LayersOfTheSamplesMatchTheSimulation) {
    for (const char* name : {"fashion_resnet.pt", "fashion_mobilenet.pt"}) {
        SCOPED_TRACE(name);
        for (const char* backend : {"onednn", "xnnpack"}) {
            expectLayersMatch(sampleFile(name).string(), "onednn", {4, 1, 28, 28}, backend);
        }
    }
}

}  // namespace

}  // namespace qs::test
