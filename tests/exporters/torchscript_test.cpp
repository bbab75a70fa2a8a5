#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <nlohmann/json.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/tensor.h>

#include <cstring>
#include <sstream>

#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/layer_notes.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

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
    EXPECT_EQ(nlohmann::json::parse(files["quantoscope.json"]), nlohmann::json::parse(R"({
        "input_shape": [8, 8, 12, 12],
        "layers": {"conv": ["conv_2"], "stem": ["x_q_1"]},
        "preset": "x86"
    })"));
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

/// The module's outputs in this process' LibTorch.
at::Tensor run(const ExportCase& one, const TemporaryFolder& folder) {
    const ForeignRun found = runLibTorch(exportCase(one, folder / "model.pt"), one.input, "qnnpack");
    return found.absent ? at::Tensor() : found.output;
}

#define QS_NEEDS_QNNPACK(result)                                    \
    if (!(result).defined()) {                                      \
        GTEST_SKIP() << "LibTorch has no quantized engine qnnpack"; \
    }

TEST(TorchScript, HoldsSignedActivationsAsUnsignedOnes) {
    const TemporaryFolder folder;
    const ExportCase bytes = findCase("network");
    ExportCase signedBytes = bytes;
    const auto makeSigned = [](std::optional<QParams>& qparams) {
        if (qparams) {
            qparams->dtype = DType::Int8;
            qparams->quantMin -= 128;
            qparams->quantMax -= 128;
            qparams->zeroPoint.at(0) -= 128;
        }
    };
    for (QValue& value : signedBytes.graph.values) {
        makeSigned(value.qparams);
    }
    for (QNode& node : signedBytes.graph.nodes) {
        makeSigned(node.preAdd);
    }
    const at::Tensor found = run(signedBytes, folder);
    QS_NEEDS_QNNPACK(found);
    EXPECT_TRUE(found.equal(run(bytes, folder)));
}

TEST(TorchScript, RefusesActivationsWiderThanItsKernelsTake) {
    ExportCase wide = findCase("conv_relu");
    wide.graph.values.at(1).qparams->quantMax = 1023;
    const auto made = exporters().find("torchscript")->make(wide.graph, {}, "y.pt");
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, AllOf(HasSubstr("stem"), HasSubstr("8 bits")));
}

TEST(TorchScript, SaysWhichLayersAreFakeQuantized) {
    const ExportCase quantized = findCase("conv_relu");
    EXPECT_THAT(exporters().find("torchscript")->make(quantized.graph, {}, "y.pt").value().notes, IsEmpty());
    const ExportCase alone = findCase("relu_alone");
    EXPECT_THAT(exporters().find("torchscript")->make(alone.graph, {}, "y.pt").value().notes,
                ElementsAre(AllOf(StartsWith("layer act: "), HasSubstr("fake-quantized"))));
}

TEST(TorchScript, SaysTheSameOfManyLayersOnce) {
    LayerNotes notes;
    notes.add("conv1", "slow");
    notes.add("fc", "large");
    notes.add("conv2", "slow");
    notes.add("conv1", "slow");
    EXPECT_THAT(notes.lines(), ElementsAre("layers conv1, conv2: slow", "layer fc: large"));
}

TEST(TorchScript, AddsAnUnroundedResidualInRealNumbers) {
    const TemporaryFolder folder;
    ExportCase one = findCase("conv_add_relu");
    for (QNode& node : one.graph.nodes) {
        node.preAdd.reset();
    }
    const auto made = exporters().find("torchscript")->make(one.graph, {}, "y.pt");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->notes, ElementsAre(HasSubstr("layer block.conv2")));
    const at::Tensor found = run(one, folder);
    QS_NEEDS_QNNPACK(found);
    EXPECT_GE(compareResults(one.graph, runReference(one.graph, one.input), found).withinOneLsb, 1);
}

TEST(TorchScript, RoundsBFloat16LayersAsTheEngineDoes) {
    const TemporaryFolder folder;
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {4, 8, 12, 12});
    b.output("y", b.conv2d("conv", x, {.outputs = 16, .activation = relu}));
    ExportCase one{"bf16", b.graph(), b.sample(x)};
    const at::Tensor real = runReference(one.graph, one.input);
    one.graph.nodes.at(0).compute = Compute::BFloat16;
    const at::Tensor expected = runReference(one.graph, one.input);
    const at::Tensor found = run(one, folder);
    QS_NEEDS_QNNPACK(found);
    EXPECT_LT((found - expected.flatten(1)).abs().max().item<float>(), 1e-5);
    EXPECT_GT((found - real.flatten(1)).abs().max().item<float>(), 1e-4);
}

TEST(TorchScript, NamesArgumentsAsPythonCan) {
    const TemporaryFolder folder;
    QuantizedGraphBuilder b;
    ValueId sum = b.input("input.1", {2, 3});
    at::Tensor expected = b.sample(sum);
    std::vector<c10::IValue> inputs{expected};
    for (const char* name : {"input_1", "1", "self", "lambda", "/in:0", ""}) {
        const ValueId next = b.input(name, {2, 3});
        inputs.emplace_back(b.sample(next));
        expected = expected + b.sample(next);
        sum = b.add(std::string("add_") + std::to_string(inputs.size()), sum, next);
    }
    b.output("y", sum);
    exportCase({"names", b.graph(), {}}, folder / "model.pt");
    auto module = torch::jit::load((folder / "model.pt").string());
    EXPECT_TRUE(module.forward(inputs).toTensor().equal(expected));
    EXPECT_EQ(module.get_method("forward").function().getSchema().arguments().at(1).name(), "input_1");
}

TEST(TorchScript, CarriesAnExampleAndTheClasses) {
    const ExportCase one = findCase("conv");
    const auto made =
        exporters()
            .find("torchscript")
            ->make(one.graph, {.classes = {"trouser", "d\"Artagnan"}, .example = {one.input.slice(0, 0, 1)}},
                   "m.pt");
    std::istringstream stream(made.value().files.at(0).bytes);
    torch::jit::ExtraFilesMap files{{"classes.json", ""}, {"example_input_0.npy", ""}};
    torch::jit::load(stream, c10::nullopt, files);
    EXPECT_EQ(files["classes.json"], R"(["trouser","d\"Artagnan"])");
    const std::string& array = files["example_input_0.npy"];
    EXPECT_THAT(array, AllOf(StartsWith("\x93NUMPY"), HasSubstr("'<f4'"), HasSubstr("(1,8,12,12,)")));
    ASSERT_EQ(array.size() % 64, one.input[0].nbytes() % 64);
    EXPECT_EQ(std::memcmp(array.data() + array.size() - one.input[0].nbytes(), one.input.data_ptr(),
                          one.input[0].nbytes()),
              0);
}

TEST(TorchScript, PutsPreprocessingInside) {
    protocol::Preprocessing preprocessing;
    preprocessing.resize = preprocessing.crop = 0;
    preprocessing.channels = 3;
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {2, 3, 8, 8});
    b.output("y", b.conv2d("conv", x, {}));
    preprocessing.mean = {0.5, 0.25, 0.125};
    preprocessing.std = {0.25, 0.5, 0.125};
    preprocessing.scale = 1.0 / 255;
    preprocessing.color_order = "bgr";
    preprocessing.layout = "nchw";
    preprocessing.interpolation = "bilinear";
    const at::Tensor pixels = (b.sample(x) * 40 + 128).clamp(0, 255).round();
    const at::Tensor mean = at::tensor(preprocessing.mean, at::kFloat).view({3, 1, 1});
    const at::Tensor std = at::tensor(preprocessing.std, at::kFloat).view({3, 1, 1});
    const at::Tensor normalized = (pixels.flip({1}) / 255 - mean) / std;
    const auto made =
        exporters()
            .find("torchscript")
            ->make(b.graph(), {.preprocessing = preprocessing, .preprocessingInside = true}, "m.pt");
    ASSERT_TRUE(made) << made.error().message;
    std::istringstream stream(made->files.at(0).bytes);
    auto module = torch::jit::load(stream);
    const at::Tensor found = module.forward({pixels}).toTensor();
    EXPECT_LT((found - runReference(b.graph(), normalized)).abs().max().item<float>(), 1e-4);
}

}  // namespace

}  // namespace qs::test
