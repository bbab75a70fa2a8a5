#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "importers/importer.h"
#include "ops/evaluate.h"
#include "ops/fusion.h"
#include "ops/quantize.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"
#include "support/test_models.h"

namespace qs {
namespace {

using ::testing::HasSubstr;

Graph sampleGraph(const std::string& name) {
    auto opened = openModel(test::sampleFile(name));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(opened->graph);
}

std::unique_ptr<Dataset> testImages() {
    auto data = openDataset("fashion-mnist:test", {});
    EXPECT_TRUE(data) << data.error().message;
    return std::move(data).value();
}

RuleSet rules(std::vector<Rule> list) {
    auto made = RuleSet::make(std::move(list));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(made).value();
}

QuantizedGraph quantizeSample(const std::string& name, std::vector<Rule> list) {
    Job job;
    const auto data = testImages();
    auto prepared = test::prepareGraph(sampleGraph(name), rules(std::move(list)));
    EXPECT_TRUE(prepared) << prepared.error().message;
    auto calibration = calibrate(*prepared, *data, 128, 32, job);
    EXPECT_TRUE(calibration) << calibration.error().message;
    auto converted = convert(*prepared, *calibration);
    EXPECT_TRUE(converted) << converted.error().message;
    return std::move(converted).value();
}

int64_t countOps(const QuantizedGraph& graph, const std::string& op) {
    return std::count_if(graph.nodes.begin(), graph.nodes.end(),
                         [&](const QNode& node) { return node.op == op; });
}

const QNode& nodeOf(const QuantizedGraph& graph, const std::string& layer) {
    return *std::find_if(graph.nodes.begin(), graph.nodes.end(),
                         [&](const QNode& node) { return node.layer == layer && !node.isBoundary(); });
}

double top1(Executor& executor, int64_t samples) {
    auto batch = testImages()->read(0, samples);
    auto scores = executor.run(batch->inputs);
    EXPECT_TRUE(scores) << scores.error().message;
    return 100.0 * (*scores)[0].argmax(1).eq(batch->labels).to(at::kDouble).mean().item<double>();
}

class Samples : public ::testing::TestWithParam<const char*> {};

TEST(Convert, KeepsTheGridThatAFileGivesItsWeights) {
    Graph graph = sampleGraph("fashion_resnet.pt");
    Value& weight = graph.value(graph.findNode("fc")->inputs.at(1));
    const QParams grid{DType::Int8, -1, {0.015625}, {0}, -128, 127};
    const at::Tensor integers = quantize(*weight.constant, grid);
    weight.constant = dequantize(integers, grid);
    weight.qparams = grid;
    Job job;
    const auto data = testImages();
    const auto prepared = test::prepareGraph(std::move(graph), rules({{RuleMatch::Global, "", "onednn"}}));
    ASSERT_TRUE(prepared) << prepared.error().message;
    const auto calibration = calibrate(*prepared, *data, 8, 8, job);
    ASSERT_TRUE(calibration) << calibration.error().message;
    const auto converted = convert(*prepared, *calibration);
    ASSERT_TRUE(converted) << converted.error().message;
    const QNode& fc = nodeOf(*converted, "fc");
    EXPECT_EQ(*fc.weightQParams, grid);
    EXPECT_TRUE(at::equal(*fc.weightInt, integers));
}

TEST_P(Samples, FloatFormComputesTheModelWithBatchNormFolded) {
    const Graph graph = sampleGraph(GetParam());
    auto folded = test::floatForm(graph);
    ASSERT_TRUE(folded) << folded.error().message;
    EXPECT_EQ(countOps(*folded, "batch_norm") + countOps(*folded, "quantize") + countOps(*folded, "relu"), 0);
    auto executor = makeReferenceExecutor(std::move(*folded));
    const auto batch = testImages()->read(0, 16);
    const auto expected = evaluate(graph, batch->inputs);
    const auto actual = (*executor)->run(batch->inputs);
    ASSERT_TRUE(actual) << actual.error().message;
    const double scale = (*expected)[0].abs().max().item<double>();
    EXPECT_LT(((*actual)[0] - (*expected)[0]).abs().max().item<double>(), 1e-5 * scale);
}

TEST_P(Samples, StaysInIntegersFromFirstToLast) {
    const QuantizedGraph graph = quantizeSample(GetParam(), {{RuleMatch::Global, "", "onednn"}});
    EXPECT_EQ(countOps(graph, "quantize"), 1);
    EXPECT_EQ(countOps(graph, "dequantize"), 1);
    EXPECT_EQ(graph.nodes.front().op, "quantize");
    EXPECT_EQ(graph.nodes.back().op, "dequantize");
    for (const auto& node : graph.nodes) {
        if (!node.isBoundary()) {
            EXPECT_TRUE(graph.isInteger(node)) << node.layer;
        }
        if (node.op == "max_pool2d" || node.op == "adaptive_avg_pool2d" || node.op == "flatten") {
            EXPECT_EQ(graph.value(node.inputs[0]).qparams, graph.value(node.outputs[0]).qparams)
                << node.layer;
        }
    }
}

TEST_P(Samples, LosesLittleAccuracyInSimulation) {
    auto fp32 = makeReferenceExecutor(*test::floatForm(sampleGraph(GetParam())));
    auto int8 = makeReferenceExecutor(quantizeSample(GetParam(), {{RuleMatch::Global, "", "onednn"}}));
    EXPECT_GT(top1(**fp32, 500), 91);
    EXPECT_NEAR(top1(**int8, 500), top1(**fp32, 500), 1.5);
}

INSTANTIATE_TEST_SUITE_P(Networks, Samples, ::testing::Values("fashion_resnet.pt", "fashion_mobilenet.pt"),
                         [](const auto& info) { return std::string(info.param).substr(8, 3); });

TEST(Restore, PutsExplicitBoundariesAroundAFloatLayer) {
    const QuantizedGraph graph =
        quantizeSample("fashion_resnet.pt",
                       {{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "layer2.0.conv1", "fp32"}});
    const QNode& restored = nodeOf(graph, "layer2.0.conv1");
    EXPECT_FALSE(graph.isInteger(restored));
    EXPECT_FALSE(restored.weightInt.has_value());
    EXPECT_EQ(countOps(graph, "quantize"), 2);    // the image, and the restored layer's output
    EXPECT_EQ(countOps(graph, "dequantize"), 2);  // the restored layer's input, and the result
}

TEST(Restore, NamesAFoldedNodeAndMeansItsLayer) {
    const QuantizedGraph graph = quantizeSample(
        "fashion_resnet.pt", {{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "layer2.0.bn1", "fp32"}});
    EXPECT_FALSE(graph.isInteger(nodeOf(graph, "layer2.0.conv1")));
}

TEST(Restore, OfEverythingIsTheFloatModel) {
    const QuantizedGraph graph = quantizeSample(
        "fashion_mobilenet.pt", {{RuleMatch::Global, "", "onednn"}, {RuleMatch::Pattern, "*", "fp32"}});
    EXPECT_EQ(countOps(graph, "quantize") + countOps(graph, "dequantize"), 0);
}

TEST(Residual, KeepsTheConvolutionsOwnRangeForFormatsThatRoundThere) {
    const QuantizedGraph graph = quantizeSample("fashion_resnet.pt", {{RuleMatch::Global, "", "onednn"}});
    const QNode& fused = nodeOf(graph, "layer1.0.conv2");
    EXPECT_TRUE(fused.hasAdd);
    ASSERT_TRUE(fused.preAdd);
    EXPECT_NE(fused.preAdd->scale, graph.value(fused.outputs[0]).qparams->scale);
    EXPECT_EQ(fused.activation.kind, FusedActivation::Kind::Relu);
}

TEST(Prepare, RefusesAnUnknownLayerByName) {
    const auto prepared =
        test::prepareGraph(sampleGraph("fashion_resnet.pt"),
                           rules({{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "layer9", "fp32"}}));
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().kind, ErrorKind::Usage);
    EXPECT_THAT(prepared.error().message, HasSubstr("layer9"));
}

TEST(Convert, RefusesACalibrationThatLacksAValue) {
    const auto prepared =
        test::prepareGraph(sampleGraph("fashion_resnet.pt"), rules({{RuleMatch::Global, "", "onednn"}}));
    const auto converted = convert(*prepared, {});
    ASSERT_FALSE(converted);
    EXPECT_THAT(converted.error().message, HasSubstr("calibrate again"));
}

TEST(Calibrate, StopsWhenCancelled) {
    CancelToken token;
    token.cancel();
    Job job({}, token);
    const auto data = testImages();
    const auto prepared =
        test::prepareGraph(sampleGraph("fashion_resnet.pt"), rules({{RuleMatch::Global, "", "onednn"}}));
    const auto calibration = calibrate(*prepared, *data, 64, 16, job);
    ASSERT_FALSE(calibration);
    EXPECT_EQ(calibration.error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace qs
