#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> moduleNames(const torch::jit::Module& module) {
    std::vector<std::string> names;
    for (const auto& child : module.named_modules()) {
        names.push_back(child.name);
    }
    return names;
}

TEST(TorchScript, KeepsLayerNamesAsModules) {
    const TemporaryFolder folder;
    const auto module = torch::jit::load(exportCase(findCase("network_mixed"), folder / "model.pt").string());
    EXPECT_THAT(moduleNames(module),
                AllOf(Contains("conv1"), Contains("layer1.0.conv2"), Contains("layer2.0.downsample.0"),
                      Contains("features.3.conv.1.0"), Contains("classifier.1")));
    const auto packed = module.attr("layer1").toModule().attr("0").toModule().attr("conv2").toModule();
    EXPECT_TRUE(packed.hasattr("_packed_params"));
    const auto restored = module.attr("layer2").toModule().attr("0").toModule().attr("conv1").toModule();
    EXPECT_EQ(restored.attr("weight").toTensor().scalar_type(), at::kFloat);
    EXPECT_FALSE(restored.hasattr("_packed_params"));
}

TEST(TorchScript, CallsQuantizedOperators) {
    const TemporaryFolder folder;
    const auto module = torch::jit::load(exportCase(findCase("network_mixed"), folder / "model.pt").string());
    const std::string code = module.get_method("forward").graph()->toString();
    for (const char* op : {"quantized::conv2d_relu", "quantized::add_relu", "quantized::linear",
                           "aten::conv2d(", "aten::quantize_per_tensor", "aten::dequantize"}) {
        EXPECT_THAT(code, HasSubstr(op));
    }
}

TEST(TorchScript, CarriesMetadata) {
    const TemporaryFolder folder;
    torch::jit::ExtraFilesMap files{{"quantoscope.json", ""}};
    torch::jit::load(exportCase(findCase("conv"), folder / "model.pt", R"({"preset": "x86"})").string(),
                     c10::nullopt, files);
    EXPECT_EQ(files["quantoscope.json"], R"({"input_shape":[8,8,12,12],"preset":"x86"})");
}

TEST(TorchScript, TakesAnyBatch) {
    const TemporaryFolder folder;
    const ExportCase network = findCase("network");
    const std::filesystem::path path = exportCase(network, folder / "model.pt");
    const ForeignRun all = runLibTorch(path, network.input, "qnnpack");
    if (all.absent) {
        GTEST_SKIP() << all.log;
    }
    EXPECT_TRUE(
        runLibTorch(path, network.input.slice(0, 2, 3), "qnnpack").output.equal(all.output.slice(0, 2, 3)));
}

TEST(TorchScript, LeavesTheQuantizedEngineAsItWas) {
    const TemporaryFolder folder;
    const at::QEngine before = at::globalContext().qEngine();
    at::globalContext().setQEngine(at::QEngine::NoQEngine);
    exportCase(findCase("conv"), folder / "model.pt");
    EXPECT_EQ(at::globalContext().qEngine(), at::QEngine::NoQEngine);
    at::globalContext().setQEngine(before);
}

TEST(TorchScript, CarriesOperatorsThatNoEntryKnows) {
    const TemporaryFolder folder;
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {1, 3, 8, 8});
    const ValueId y = b.apply("aten::silu", "act", x, unaryArguments());
    b.output("y", y);
    exportCase({"silu", b.graph(), b.sample(x)}, folder / "model.pt");
    auto module = torch::jit::load((folder / "model.pt").string());
    EXPECT_TRUE(module.forward({b.sample(x)}).toTensor().equal(b.sample(y)));
}

TEST(TorchScript, RefusesActivationsThatItsKernelsDoNotTake) {
    const TemporaryFolder folder;
    ExportCase signedCase = findCase("conv_relu");
    signedCase.graph.values.at(1).qparams->dtype = DType::Int8;
    const auto written = exportTo(*exporterFor("y.pt").value(), signedCase.graph, {}, folder / "y.pt");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, AllOf(HasSubstr("stem"), HasSubstr("uint8")));
}

}  // namespace

}  // namespace qs::test
