// What ONNX targets put into their files, and beside them.

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <sstream>

#include "core/files.h"
#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/onnx/model.h"
#include "exporters/runners.h"
#include "importers/importer.h"
#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

using testing::Contains;
using testing::HasSubstr;

onnx::ModelProto parsed(const Exported& exported) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(exported.files.at(0).bytes));
    return model;
}

/// The float network of a graph: its steps without the boundaries between them.
QuantizedGraph floatNetwork() {
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {2, 3, 16, 16});
    ValueId y = b.conv2d("features.0", x, {.outputs = 32, .activation = relu});
    y = b.conv2d("features.1", y, {.outputs = 32, .activation = relu6});
    Attributes attrs;
    attrs.set("output_size", std::vector<int64_t>{1, 1});
    y = b.apply("adaptive_avg_pool2d", "pool", y, attrs);
    Attributes flatten;
    flatten.set("start_dim", int64_t{1});
    flatten.set("end_dim", int64_t{-1});
    b.output("y", b.linear("head", b.apply("flatten", "flatten", y, flatten), {.outputs = 10}));
    return b.graph();
}

at::Tensor floatInput(const Shape& shape) {
    QuantizedGraphBuilder b;
    return b.sample(b.input("x", shape));
}

TEST(ExternalData, HoldsTheWeightsOfALargeModel) {
    const TemporaryFolder folder;
    const QuantizedGraph graph = floatNetwork();
    const OnnxProfile profile;
    const auto made = makeOnnx(profile, graph, {}, "large.onnx", /*largestFile=*/20000);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(made->files.size(), 2u);
    EXPECT_EQ(made->files[1].name, "large.onnx.data");
    EXPECT_LT(made->files[0].bytes.size(), 20000u);
    ASSERT_TRUE(write(*exporters().find("generic"), *made, folder / "large.onnx"));

    const at::Tensor input = floatInput({2, 3, 16, 16});
    const at::Tensor expected = runReference(graph, input);
    const auto opened = openModel(folder / "large.onnx");
    ASSERT_TRUE(opened) << opened.error().message;
    const at::Tensor own = runReference(test::floatForm(opened->graph).value(), input);
    EXPECT_LT((own - expected).abs().max().item<double>(), 1e-4);
    const ForeignRun run = runOnnxRuntime(folder / "large.onnx", input);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    EXPECT_LT((run.output - expected).abs().max().item<double>(), 1e-4);
}

TEST(ExternalData, IsNotMadeForASmallModel) {
    const auto made = makeOnnx({}, floatNetwork(), {}, "small.onnx");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->files.size(), 1u);
}

TEST(FreeAxes, AreWhereTheNetworkTakesAnyExtent) {
    const TemporaryFolder folder;
    const QuantizedGraph graph = floatNetwork();
    const auto made = exportTo(*exporters().find("onnxruntime-x64"), graph, {.inputShapes = {{2, 3, -1, -1}}},
                               folder / "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->notes.empty());
    const onnx::ModelProto model = parsed(*made);
    const auto& shape = model.graph().input(0).type().tensor_type().shape();
    EXPECT_EQ(shape.dim(0).dim_param(), "batch");
    EXPECT_EQ(shape.dim(1).dim_value(), 3);
    EXPECT_EQ(shape.dim(2).dim_param(), "x_axis2");
    EXPECT_EQ(shape.dim(3).dim_param(), "x_axis3");
    const at::Tensor input = floatInput({1, 3, 21, 34});
    const ForeignRun run = runOnnxRuntime(folder / "m.onnx", input);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    EXPECT_LT((run.output - runReference(graph, input)).abs().max().item<double>(), 1e-4);
}

TEST(FreeAxes, StayFixedWhereALayerHasTheExtentAsANumber) {
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {2, 3, 4, 5});
    Attributes attrs;
    attrs.set("shape", std::vector<int64_t>{-1, 12, 5});
    b.output("y", b.apply("reshape", "rows", x, attrs));
    const auto made =
        exporters().find("generic")->make(b.graph(), {.inputShapes = {{2, 3, -1, 5}}}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(parsed(*made).graph().input(0).type().tensor_type().shape().dim(2).dim_value(), 4);
    ASSERT_EQ(made->notes.size(), 1u);
    EXPECT_THAT(made->notes[0], testing::AllOf(HasSubstr("axis 2"), HasSubstr("layer rows")));
}

/// As in attention: [N, L, C] seen as [L, N, C], whose rows make one matrix for a Gemm.
TEST(FreeBatch, StaysFreeWhereALinearLayerHasItInTheMiddle) {
    const TemporaryFolder folder;
    QuantizedGraphBuilder b;
    Attributes swapped;
    swapped.set("dims", std::vector<int64_t>{1, 0, 2});
    const ValueId x = b.quantize("x", b.input("x", at::randn({2, 5, 8})));
    const ValueId rows = b.linear("head", b.apply("permute", "in", x, swapped), {.outputs = 6});
    b.output("y", b.dequantize("y", b.apply("permute", "out", rows, swapped)));
    const auto made = exportTo(*exporters().find("onnxruntime-x64"), b.graph(), {.inputShapes = {{-1, 5, 8}}},
                               folder / "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    const double step = b.graph().value(rows).qparams->scale[0];
    for (const int64_t batch : {2, 3}) {
        const at::Tensor input = at::randn({batch, 5, 8});
        const ForeignRun run = runOnnxRuntime(folder / "m.onnx", input);
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        ASSERT_TRUE(run.output.defined()) << run.log;
        const at::Tensor expected = runReference(b.graph(), input);
        EXPECT_EQ(run.output.sizes(), expected.flatten(1).sizes());
        EXPECT_LT((run.output - expected.flatten(1)).abs().max().item<double>(), 1.01 * step);
    }
}

class TensorRt : public testing::Test {
  protected:
    void SetUp() override {
        const auto made =
            exporters().find("tensorrt")->make(symmetric(findCase("network").graph, false), {}, "model.onnx");
        ASSERT_TRUE(made) << made.error().message;
        exported_ = *made;
        model_ = parsed(exported_);
        for (const onnx::NodeProto& node : model_.graph().node()) {
            for (const std::string& output : node.output()) {
                makers_[output] = node;
            }
        }
    }

    std::string makerOf(const std::string& tensor) { return makers_[tensor].op_type(); }

    Exported exported_;
    onnx::ModelProto model_;
    std::map<std::string, onnx::NodeProto> makers_;
};

TEST_F(TensorRt, QuantizesInputsAndWeightsOfWeightedOpsAndNoBias) {
    for (const onnx::NodeProto& node : model_.graph().node()) {
        if (node.op_type() == "Conv" || node.op_type() == "Gemm") {
            SCOPED_TRACE(node.name());
            EXPECT_EQ(makerOf(node.input(0)), "DequantizeLinear");
            EXPECT_EQ(makerOf(node.input(1)), "DequantizeLinear");
            EXPECT_EQ(makerOf(makers_[node.input(1)].input(0)), "QuantizeLinear");
            EXPECT_EQ(makerOf(node.input(2)), "");
        }
    }
}

TEST_F(TensorRt, AddsTheResidualToWhatTheConvolutionMade) {
    int sums = 0;
    for (const onnx::NodeProto& node : model_.graph().node()) {
        if (node.op_type() == "Add" && makerOf(node.input(0)) == "Conv") {
            EXPECT_EQ(makerOf(node.input(1)), "DequantizeLinear");
            ++sums;
        }
    }
    EXPECT_EQ(sums, 2);
    EXPECT_FALSE(countOps(model_).contains("Sum"));
    EXPECT_TRUE(exported_.notes.empty());
}

TEST_F(TensorRt, HasNoOpOnIntegersBetween) {
    for (const onnx::NodeProto& node : model_.graph().node()) {
        if (node.op_type() == "QuantizeLinear") {
            const auto reads = [&](const onnx::NodeProto& other) {
                return std::count(other.input().begin(), other.input().end(), node.output(0)) > 0;
            };
            for (const onnx::NodeProto& other : model_.graph().node()) {
                EXPECT_TRUE(!reads(other) || other.op_type() == "DequantizeLinear") << other.name();
            }
        }
    }
}

TEST_F(TensorRt, WritesACalibrationCacheOfTheFloatNetworksTensors) {
    ASSERT_EQ(exported_.files.size(), 2u);
    EXPECT_EQ(exported_.files[1].name, "model.onnx.cache");
    std::istringstream lines(exported_.files[1].bytes);
    std::string line;
    std::getline(lines, line);
    EXPECT_THAT(line, testing::MatchesRegex("TRT-8[0-9]+-EntropyCalibration2"));
    std::map<std::string, float> scales;
    while (std::getline(lines, line)) {
        const size_t colon = line.rfind(": ");
        scales[line.substr(0, colon)] =
            std::bit_cast<float>(static_cast<uint32_t>(std::stoul(line.substr(colon + 2), nullptr, 16)));
    }
    const QuantizedGraph graph = symmetric(findCase("network").graph, false);
    EXPECT_EQ(scales.at("x"),
              static_cast<float>(graph.value(graph.nodes.at(0).outputs[0]).qparams->scale[0]));
    EXPECT_EQ(scales.at("conv1/Relu"),
              static_cast<float>(graph.value(graph.nodes.at(1).outputs[0]).qparams->scale[0]));
    EXPECT_TRUE(scales.contains("y"));
    EXPECT_GT(scales.size(), 10u);
}

TEST_F(TensorRt, SaysHowToBuildAnEngine) {
    ASSERT_EQ(exported_.commands.size(), 2u);
    EXPECT_THAT(exported_.commands[0],
                testing::AllOf(testing::StartsWith("trtexec --onnx='model.onnx'"), HasSubstr("--int8"),
                               HasSubstr("--minShapes='x:1x8x12x12'")));
    EXPECT_THAT(exported_.commands[1], HasSubstr("--calib='model.onnx.cache'"));
}

TEST(TensorRtNotes, SayWhereRoundingKeepsLayersApart) {
    const auto made =
        exporters().find("tensorrt")->make(symmetric(findCase("conv_add_relu").graph, true), {}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->notes,
                Contains(testing::AllOf(HasSubstr("block.conv2"), HasSubstr("preset tensorrt"))));
}

TEST(Arm, HoldsActivationsAsSignedIntegers) {
    const auto made = exporters().find("onnxruntime-arm")->make(findCase("network").graph, {}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    const onnx::ModelProto model = parsed(*made);
    for (const onnx::TensorProto& constant : model.graph().initializer()) {
        EXPECT_NE(constant.data_type(), onnx::TensorProto::UINT8) << constant.name();
    }
}

TEST(QOperator, HasNoQdqBetween) {
    const auto made =
        exporters().find("onnxruntime-qoperator")->make(findCase("network").graph, {}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    const auto ops = countOps(parsed(*made));
    EXPECT_EQ(ops.at("QuantizeLinear"), 1);
    EXPECT_EQ(ops.at("DequantizeLinear"), 1);
    EXPECT_EQ(ops.at("QLinearConv"), 9);
    EXPECT_EQ(ops.at("QLinearAdd"), 3);
    EXPECT_EQ(ops.at("QGemm"), 1);
    EXPECT_EQ(ops.at("QLinearGlobalAveragePool"), 1);
    EXPECT_FALSE(ops.contains("Relu"));
}

TEST(BFloat16, RoundsWeightsAndSaysSo) {
    QuantizedGraph graph = floatNetwork();
    graph.nodes.at(0).compute = Compute::BFloat16;
    const auto made = exporters().find("onnxruntime-x64")->make(graph, {}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->notes, testing::ElementsAre(HasSubstr("layer features.0")));
    const at::Tensor rounded = graph.nodes[0].weight->to(at::kBFloat16).to(at::kFloat).contiguous();
    const onnx::ModelProto model = parsed(*made);
    const auto weight = std::find_if(model.graph().initializer().begin(), model.graph().initializer().end(),
                                     [](const auto& tensor) { return tensor.name() == "features.0.weight"; });
    ASSERT_NE(weight, model.graph().initializer().end());
    EXPECT_EQ(weight->raw_data(),
              std::string(static_cast<const char*>(rounded.data_ptr()), rounded.nbytes()));
}

TEST(Constants, AreFolded) {
    for (const ExportCase& one : exportCases()) {
        const auto made = exporters().find("generic")->make(one.graph, {}, "m.onnx");
        ASSERT_TRUE(made) << made.error().message;
        const onnx::ModelProto model = parsed(*made);
        std::set<std::string> constants;
        for (const onnx::TensorProto& constant : model.graph().initializer()) {
            constants.insert(constant.name());
        }
        for (const onnx::NodeProto& node : model.graph().node()) {
            const bool isConstant = std::all_of(node.input().begin(), node.input().end(),
                                                [&](const auto& name) { return constants.contains(name); });
            EXPECT_TRUE(!isConstant || node.op_type() == "DequantizeLinear") << node.name();
        }
    }
}

/// A float network leaves as one format and, opened again, as the other.
TEST(FloatNetworks, GoFromOneFormatToTheOther) {
    const TemporaryFolder folder;
    const QuantizedGraph graph = floatNetwork();
    const at::Tensor input = floatInput({2, 3, 16, 16});
    const at::Tensor expected = runReference(graph, input);
    const ExportOptions options{.inputShapes = {{2, 3, 16, 16}}};
    std::vector<std::string> targets = {"torchscript"};
    for (const auto& [name, exporter] : exporters().entries()) {
        if (exporter.extension == ".onnx") {
            targets.push_back(name);
        }
    }
    for (const std::string& first : targets) {
        for (const std::string second : {"torchscript", "onnxruntime-x64"}) {
            SCOPED_TRACE(first + " to " + second);
            const auto source = folder / ("a" + exporters().find(first)->extension);
            const auto target = folder / ("b" + exporters().find(second)->extension);
            ASSERT_TRUE(exportTo(*exporters().find(first), graph, options, source));
            const auto opened = openModel(source);
            ASSERT_TRUE(opened) << opened.error().message;
            ASSERT_TRUE(
                exportTo(*exporters().find(second), test::floatForm(opened->graph).value(), options, target));
            const auto again = openModel(target);
            ASSERT_TRUE(again) << again.error().message;
            const at::Tensor found = runReference(test::floatForm(again->graph).value(), input);
            EXPECT_LT((found - expected).abs().max().item<double>(), 1e-4);
        }
    }
}

}  // namespace

}  // namespace qs::test
