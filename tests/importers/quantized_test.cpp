// Files that are quantized already, by our own exporters' rules and by others': the integer network that
// comes of them is what PyTorch and ONNX Runtime make of the same file.

#include <ATen/TensorOperators.h>
#include <ATen/ops/max.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <array>

#include "exporters/runners.h"
#include "importers/importer.h"
#include "importers/onnx_model.h"
#include "ops/fusion.h"
#include "runtime/executor.h"
#include "support/opened_export.h"
#include "support/test_models.h"

namespace qs::test {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

at::Tensor noise(const Shape& shape) {
    at::manual_seed(11);
    return at::randn(shape);
}

at::Tensor runEngine(const QuantizedGraph& graph, const at::Tensor& x) {
    const auto outputs = makeReferenceExecutor(graph).value()->run(std::array{x});
    return outputs ? outputs->at(0) : at::Tensor();
}

/// The grid of the integers that the first output is made of.
QParams outputGrid(const QuantizedGraph& graph) {
    for (const QNode& node : graph.nodes) {
        if (node.op == "dequantize" && node.outputs[0] == graph.outputs[0]) {
            return *graph.value(node.inputs[0]).qparams;
        }
    }
    ADD_FAILURE() << "the output is not integer\n" << graph.dump();
    return {};
}

void expectWithinOneStep(const QuantizedGraph& graph, const at::Tensor& x, const ForeignRun& run) {
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    const at::Tensor ours = runEngine(graph, x);
    ASSERT_EQ(ours.numel(), run.output.numel());  // ONNX Runtime's result comes as rows
    const double step = outputGrid(graph).scale.at(0);
    EXPECT_GT(run.output.abs().max().item<double>(), 4 * step);
    EXPECT_LT((ours - run.output.view(ours.sizes())).abs().max().item<double>(), 1.01 * step) << graph.dump();
}

std::vector<std::string> integerLayers(const QuantizedGraph& graph) {
    std::vector<std::string> layers;
    for (const QNode& node : graph.nodes) {
        if (graph.isInteger(node)) {
            layers.push_back(node.layer);
        }
    }
    return layers;
}

// ---- PyTorch's own quantized modules

class QuantizedModule : public testing::TestWithParam<const char*> {
  protected:
    static std::string engine() {
        return std::string(GetParam()).ends_with("qnnpack.pt") ? "qnnpack" : "onednn";
    }
};

TEST_P(QuantizedModule, GivesLibTorchsResults) {
    QS_NEEDS_MODELS();
    const auto path = modelFile(GetParam());
    const at::Tensor x = noise({4, 3, 32, 32});
    const auto graph = openExport(path, {{"", {1, 3, 32, 32}}});
    ASSERT_TRUE(graph) << graph.error().message;
    expectWithinOneStep(*graph, x, runLibTorch(path, x, engine()));
}

TEST_P(QuantizedModule, IsIntegerThroughout) {
    QS_NEEDS_MODELS();
    const auto graph = openExport(modelFile(GetParam()), {{"", {1, 3, 32, 32}}});
    ASSERT_TRUE(graph) << graph.error().message;
    int boundaries = 0, convolutions = 0;
    for (const QNode& node : graph->nodes) {
        boundaries += node.isBoundary();
        convolutions += node.op == "conv2d";
        EXPECT_TRUE(node.isBoundary() || graph->isInteger(node)) << node.layer;
        EXPECT_EQ(node.weight.has_value(), node.weightInt.has_value()) << node.layer;
    }
    EXPECT_EQ(boundaries, 2) << graph->dump();
    EXPECT_EQ(convolutions, 7);
}

TEST_P(QuantizedModule, KeepsItsLayersNames) {
    QS_NEEDS_MODELS();
    const auto graph = openExport(modelFile(GetParam()), {{"", {1, 3, 32, 32}}});
    ASSERT_TRUE(graph) << graph.error().message;
    const std::string prefix = std::string(GetParam()).starts_with("eager") ? "module." : "";
    EXPECT_THAT(integerLayers(*graph), IsSupersetOf({prefix + "stem", prefix + "block1.conv1",
                                                     prefix + "block2.conv2", prefix + "fc"}));
}

INSTANTIATE_TEST_SUITE_P(PyTorch, QuantizedModule,
                         testing::Values("eager_scripted_qnnpack.pt", "eager_traced_qnnpack.pt",
                                         "fx_qnnpack.pt", "eager_scripted_fbgemm.pt",
                                         "eager_traced_fbgemm.pt", "fx_fbgemm.pt"),
                         [](const auto& info) {
                             const std::string file = info.param;
                             return file.substr(0, file.find('.'));
                         });

// ---- ONNX

/// `nodes` between the input's integers `q` (uint8, scale s, zero point z) and the output's, `r` (scale t).
std::string quantizedText(const std::string& nodes) {
    return "s = Constant <value = float {0.03}> ()\n z = Constant <value = uint8 {128}> ()\n"
           "t = Constant <value = float {0.05}> ()\n zero = Constant <value = uint8 {0}> ()\n"
           "ws = Constant <value = float[2] {0.01, 0.02}> ()\n wz = Constant <value = int8[2] {0, 0}> ()\n"
           "w = Constant <value = int8[2,2,1,1] {127, -128, 64, 33}> ()\n"
           "bs = Constant <value = float[2] {0.0003, 0.0006}> ()\n b = Constant <value = int32[2] {500, "
           "-900}> ()\n"
           "q = QuantizeLinear (x, s, z)\n" +
           nodes + "\n y = DequantizeLinear (r, t, zero)";
}

constexpr auto kConvolution =
    "d = DequantizeLinear (q, s, z)\n v = DequantizeLinear <axis = 0> (w, ws, wz)\n"
    "c = DequantizeLinear <axis = 0> (b, bs)\n a = Conv (d, v, c)\n";

struct QuantizedText {
    std::string name, nodes, op;
};

void PrintTo(const QuantizedText& text, std::ostream* out) {
    *out << text.name;
}

class QuantizedOnnx : public testing::TestWithParam<QuantizedText> {};

TEST_P(QuantizedOnnx, GivesOnnxRuntimesResults) {
    const TemporaryFolder folder;
    save(parseModel(13, {2, 2, 5, 5}, quantizedText(GetParam().nodes)), folder / "m.onnx");
    const auto graph = openExport(folder / "m.onnx");
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_EQ(graph->nodes.at(1).op, GetParam().op) << graph->dump();
    const at::Tensor x = noise({2, 2, 5, 5});
    expectWithinOneStep(*graph, x, runOnnxRuntime(folder / "m.onnx", x));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, QuantizedOnnx,
    testing::Values(
        QuantizedText{"Qdq", std::string(kConvolution) + "r = QuantizeLinear (a, t, zero)", "conv2d"},
        QuantizedText{"Relu", std::string(kConvolution) + "e = Relu (a)\n r = QuantizeLinear (e, t, zero)",
                      "conv2d"},
        QuantizedText{"QOperator", "r = QLinearConv (q, s, z, w, ws, wz, t, zero, b)", "conv2d"},
        QuantizedText{"RoundedInBetween",
                      std::string(kConvolution) +
                          "f = QuantizeLinear (a, s, z)\n g = DequantizeLinear (f, s, z)\n"
                          "e = Relu (g)\n r = QuantizeLinear (e, t, zero)",
                      "conv2d"},
        QuantizedText{"Requantized",
                      std::string(kConvolution) +
                          "f = QuantizeLinear (a, s, z)\n g = DequantizeLinear (f, s, z)\n"
                          "r = QuantizeLinear (g, t, zero)",
                      "conv2d"}),
    [](const auto& info) { return info.param.name; });

TEST(QuantizedOnnx, BringsBackAReluThatTheRangeImplies) {
    const auto model = importModel(parseModel(
        13, {2, 2, 5, 5}, quantizedText(std::string(kConvolution) + "r = QuantizeLinear (a, t, zero)")));
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_TRUE(model->quantization);
    const auto groups = fuse(model->graph);
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groupOp(model->graph, groups[0]), "conv2d+relu");
}

TEST(QuantizedOnnx, WhatIsMovedBehindItsDequantizeLinearStaysInIntegers) {
    const std::string bias = "c = DequantizeLinear <axis = 0> (b, bs)\n",
                      last = "r = QuantizeLinear (a, t, zero)";
    const QuantizedText texts[] = {
        {"TransposedWeight",
         "d = DequantizeLinear (q, s, z)\n u = DequantizeLinear <axis = 1> (w, ws, wz)\n" + bias +
             "v = Transpose <perm = [1, 0, 2, 3]> (u)\n a = Conv (d, v, c)\n" + last,
         "conv2d"},
        {"ReshapedWeight",
         "d = DequantizeLinear (q, s, z)\n f = Constant <value = int8[2,2] {127, -128, 64, 33}> ()\n"
         "u = DequantizeLinear <axis = 0> (f, ws, wz)\n" +
             bias +
             "e = Constant <value = int64[4] {2, 2, 1, 1}> ()\n v = Reshape (u, e)\n a = Conv (d, v, c)\n" +
             last,
         "conv2d"},
        {"TransposedInput",
         "g = DequantizeLinear (q, s, z)\n v = DequantizeLinear <axis = 0> (w, ws, wz)\n" + bias +
             "d = Transpose <perm = [0, 1, 3, 2]> (g)\n a = Conv (d, v, c)\n" + last,
         "permute"},
        {"ReshapedAndTransposedInput",
         "g = DequantizeLinear (q, s, z)\n v = DequantizeLinear <axis = 0> (w, ws, wz)\n" + bias +
             "e = Constant <value = int64[4] {0, 2, 25, 1}> ()\n h = Reshape (g, e)\n"
             "d = Transpose <perm = [0, 1, 3, 2]> (h)\n a = Conv (d, v, c)\n" +
             last,
         "reshape"}};
    for (const QuantizedText& text : texts) {
        SCOPED_TRACE(text.name);
        const TemporaryFolder folder;
        save(parseModel(13, {2, 2, 5, 5}, quantizedText(text.nodes)), folder / "m.onnx");
        const auto graph = openExport(folder / "m.onnx");
        ASSERT_TRUE(graph) << graph.error().message;
        EXPECT_EQ(graph->nodes.at(1).op, text.op) << graph->dump();
        const auto steps =
            std::ranges::count_if(graph->nodes, [&](const QNode& node) { return node.isBoundary(); });
        EXPECT_EQ(steps, 2) << "one quantize, one dequantize\n" << graph->dump();
        const auto conv = std::ranges::find(graph->nodes, "conv2d", &QNode::op);
        ASSERT_NE(conv, graph->nodes.end());
        ASSERT_TRUE(conv->weightInt) << graph->dump();
        const at::Tensor x = noise({2, 2, 5, 5});
        expectWithinOneStep(*graph, x, runOnnxRuntime(folder / "m.onnx", x));
    }
}

struct NoForm {
    std::string name, nodes, words;
};

void PrintTo(const NoForm& noForm, std::ostream* out) {
    *out << noForm.name;
}

class QuantizedOnnxRefusal : public testing::TestWithParam<NoForm> {};

TEST_P(QuantizedOnnxRefusal, NamesNodeAndReason) {
    const auto model = importModel(parseModel(13, {2, 2, 5, 5}, GetParam().nodes));
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error().message, HasSubstr(GetParam().words));
    EXPECT_THAT(model.error().message, HasSubstr("node "));
}

INSTANTIATE_TEST_SUITE_P(
    NoForm, QuantizedOnnxRefusal,
    testing::Values(NoForm{"WideIntegers",
                           "s = Constant <value = float {0.1}> ()\n z = Constant <value = int32 {0}> ()\n"
                           "q = QuantizeLinear (x, s, z)\n y = DequantizeLinear (q, s, z)",
                           "only 8-bit integers"},
                    NoForm{"Dynamic", "q, s, z = DynamicQuantizeLinear (x)\n y = DequantizeLinear (q, s, z)",
                           "dynamically"},
                    NoForm{"OtherScale",
                           "s = Constant <value = float {0.1}> ()\n t = Constant <value = float {0.2}> ()\n"
                           "z = Constant <value = uint8 {0}> ()\n q = QuantizeLinear (x, s, z)\n"
                           "y = DequantizeLinear (q, t, z)",
                           "another scale"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace qs::test
