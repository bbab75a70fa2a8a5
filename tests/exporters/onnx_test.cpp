#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <map>

#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Onnx, SaysOpsetNamesAndDynamicBatch) {
    const TemporaryFolder folder;
    const onnx::ModelProto model =
        readOnnx(exportCase(findCase("network_mixed"), folder / "model.onnx", R"({"preset": "onednn"})"));
    onnx::checker::check_model(model);
    EXPECT_EQ(model.ir_version(), 8);
    ASSERT_EQ(model.opset_import_size(), 1);
    EXPECT_EQ(model.opset_import(0).version(), 17);

    ASSERT_EQ(model.graph().input_size(), 1);
    EXPECT_EQ(model.graph().input(0).name(), "x");
    const auto& extents = model.graph().input(0).type().tensor_type().shape();
    ASSERT_EQ(extents.dim_size(), 4);
    EXPECT_EQ(extents.dim(0).dim_param(), "batch");
    EXPECT_EQ(extents.dim(1).dim_value(), 8);
    ASSERT_EQ(model.graph().output_size(), 1);
    EXPECT_EQ(model.graph().output(0).name(), "y");
    EXPECT_EQ(model.graph().output(0).type().tensor_type().shape().dim(0).dim_param(), "batch");
    EXPECT_EQ(model.graph().output(0).type().tensor_type().shape().dim(1).dim_value(), 10);

    ASSERT_EQ(model.metadata_props_size(), 1);
    EXPECT_EQ(model.metadata_props(0).key(), "quantoscope");
    EXPECT_THAT(model.metadata_props(0).value(), AllOf(HasSubstr("onednn"), HasSubstr("input_shape")));
}

TEST(Onnx, NamesNodesAfterLayers) {
    const TemporaryFolder folder;
    const onnx::ModelProto model = readOnnx(exportCase(findCase("network"), folder / "model.onnx"));
    std::map<std::string, std::string> ops;
    for (const onnx::NodeProto& node : model.graph().node()) {
        EXPECT_TRUE(ops.emplace(node.name(), node.op_type()).second) << "two nodes are named " << node.name();
    }
    EXPECT_EQ(ops["conv1"], "Conv");
    EXPECT_EQ(ops["layer1.0.conv2"], "Conv");
    EXPECT_EQ(ops["maxpool"], "MaxPool");
    EXPECT_EQ(ops["classifier.1"], "Gemm");
}

TEST(Onnx, TakesAnyBatch) {
    const TemporaryFolder folder;
    const ExportCase network = findCase("network");
    const std::filesystem::path path = exportCase(network, folder / "model.onnx");
    const ForeignRun all = runOnnxRuntime(path, network.input);
    if (all.absent) {
        GTEST_SKIP() << all.log;
    }
    const ForeignRun one = runOnnxRuntime(path, network.input.slice(0, 2, 3));
    ASSERT_TRUE(one.output.defined()) << one.log;
    EXPECT_TRUE(one.output.equal(all.output.slice(0, 2, 3)));
}

/// ONNX Runtime must find an integer kernel for every step: nothing but the ends of the network stays in
/// float.
TEST(Onnx, RunsOnIntegerKernels) {
    const TemporaryFolder folder;
    for (const char* name : {"network", "network_reduced_range"}) {
        const ExportCase network = findCase(name);
        const ForeignRun run = runOnnxRuntime(exportCase(network, folder / "model.onnx"), network.input);
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        const auto ops = countOps(readOnnx(folder / "model.onnx.optimized"));
        SCOPED_TRACE(name);
        EXPECT_EQ(ops.at("QuantizeLinear"), 1);
        EXPECT_EQ(ops.at("DequantizeLinear"), 1);
        EXPECT_EQ(ops.at("QLinearConv"), 9);
        EXPECT_EQ(ops.at("QLinearAdd"), 3);
        EXPECT_EQ(ops.at("QGemm"), 1);
        EXPECT_FALSE(ops.contains("Conv"));
        EXPECT_FALSE(ops.contains("Relu"));
    }
}

/// ONNX Runtime would quantize the weights of a float convolution that stands between integers.
TEST(Onnx, RestoredLayersStayInFloat) {
    const TemporaryFolder folder;
    const ExportCase network = findCase("network_mixed");
    const ForeignRun run = runOnnxRuntime(exportCase(network, folder / "model.onnx"), network.input);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    const auto ops = countOps(readOnnx(folder / "model.onnx.optimized"));
    EXPECT_EQ(ops.at("Conv"), 1);
    EXPECT_EQ(ops.at("QLinearConv"), 8);
}

TEST(Onnx, NarrowsIntegersOnlyWhereTheTypeDoesNot) {
    const TemporaryFolder folder;
    EXPECT_FALSE(countOps(readOnnx(exportCase(findCase("conv_relu"), folder / "a.onnx"))).contains("Clip"));
    EXPECT_EQ(countOps(readOnnx(exportCase(findCase("conv_reduced_range"), folder / "b.onnx")))["Clip"], 2);
}

TEST(Onnx, NamesTheLayerThatHasNoForm) {
    const TemporaryFolder folder;
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {1, 3, 8, 8});
    b.output("y", b.apply("aten::silu", "features.2.act", x, unaryArguments()));
    const auto written = exportTo(*exporterFor("y.onnx").value(), b.graph(), {}, folder / "y.onnx");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message,
                AllOf(HasSubstr("features.2.act"), HasSubstr("aten::silu"), HasSubstr("opset 17")));
    EXPECT_FALSE(std::filesystem::exists(folder / "y.onnx"));
}

}  // namespace

}  // namespace qs::test
