// The bundled networks, quantized on real images and exported: other runtimes must see the same classes as
// the engine.

#include <ATen/ops/argmax.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <array>
#include <filesystem>

#include "core/files.h"
#include "data/dataset.h"
#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/lite_run.h"
#include "exporters/runners.h"
#include "importers/importer.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"
#include "support/test_models.h"

namespace qs::test {

namespace {

constexpr int64_t kTestImages = 1000;
constexpr int64_t kCalibrationImages = 128;

/// A variant of a sample network.
struct Variant {
    std::string name;
    std::string model;
    std::string preset;
    std::string restored;  ///< a layer, or empty
};

void PrintTo(const Variant& variant, std::ostream* out) {
    *out << variant.name;
}

/// The variant, and the classes that the engine's INT8 runtime sees in the test images.
struct Expected {
    QuantizedGraph graph;
    at::Tensor images;
    at::Tensor classes;
};

Expected runEngine(const Variant& variant) {
    const auto data = openDataset("fashion-mnist:test", {}).value();
    Graph model = openModel(sampleFile(variant.model)).value().graph;
    std::vector<Rule> rules{{RuleMatch::Global, "", variant.preset}};
    if (!variant.restored.empty()) {
        rules.push_back({RuleMatch::Layer, variant.restored, "fp32"});
    }
    const PreparedModel prepared =
        test::prepareGraph(std::move(model), RuleSet::make(std::move(rules)).value()).value();
    Job job;
    const Encodings encodings = calibrate(prepared, *data, kCalibrationImages, 32, job).value();
    Expected result{
        convert(prepared, encodings).value(), data->read(0, kTestImages).value().inputs.at(0), {}};
    const auto engine = makeOneDnnExecutor(result.graph).value();
    result.classes = at::argmax(engine->run(std::array{result.images}).value().at(0), 1);
    return result;
}

class Samples : public testing::TestWithParam<Variant> {
  protected:
    static void SetUpTestSuite() { setenv("QSCOPE_RESOURCES", QS_SOURCE_DIR "/resources", /*overwrite=*/0); }

    std::filesystem::path exported(const std::string& fileName, const std::string& target = {}) {
        const std::filesystem::path path = folder_ / fileName;
        const auto written = exportTo(*exporterFor(path, target).value(), expected_.graph,
                                      {.inputShapes = {{1, 1, 28, 28}}}, path);
        EXPECT_TRUE(written) << written.error().message;
        return path;
    }

    void expectSameClasses(const ForeignRun& run) {
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        ASSERT_TRUE(run.output.defined()) << run.log;
        ASSERT_EQ(run.output.size(0), kTestImages);
        EXPECT_GE(at::argmax(run.output, 1).eq(expected_.classes).sum().item<int64_t>(),
                  kTestImages * 998 / 1000);
    }

    const Expected expected_ = runEngine(GetParam());
    TemporaryFolder folder_;
};

TEST_P(Samples, AgreeInLibTorch) {
    expectSameClasses(runLibTorch(exported("m.pt"), expected_.images, "onednn"));
}
TEST_P(Samples, AgreeInLibTorchOnQnnpack) {
    expectSameClasses(runLibTorch(exported("m.pt"), expected_.images, "qnnpack"));
}
TEST_P(Samples, AgreeInPython) {
    expectSameClasses(runPythonTorch(exported("m.pt"), expected_.images, "onednn"));
}
TEST_P(Samples, AgreeInTheLiteInterpreter) {
    const std::string bytes = readFile(exported("m.ptl")).value();
    expectSameClasses({.output = runLite(bytes, expected_.images)});
}
TEST_P(Samples, AgreeInOnnxRuntime) {
    expectSameClasses(runOnnxRuntime(exported("m.onnx"), expected_.images));
}

/// Nothing between integers is left in float but the layer that was restored, and what keeps it so.
TEST_P(Samples, AreFusedInOnnxRuntime) {
    const ForeignRun run = runOnnxRuntime(exported("m.onnx"), expected_.images.slice(0, 0, 1));
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    const auto left = floatOpsBetweenIntegers(readOnnx(folder_ / "m.onnx.optimized"));
    if (GetParam().restored.empty()) {
        EXPECT_THAT(left, testing::IsEmpty());
    } else {
        EXPECT_THAT(left, testing::IsSubsetOf({"Clip", "Conv", "FusedConv", "Relu", "Sum"}));
        EXPECT_THAT(countOps(readOnnx(folder_ / "m.onnx.optimized")),
                    testing::Contains(testing::Key("QLinearConv")));
    }
}

/// Presets without zero points, in the form that they are for.
class SymmetricSamples : public Samples {};

TEST_P(SymmetricSamples, AgreeInOnnxRuntime) {
    const std::string target = GetParam().preset == "coreml" ? "coreml-friendly" : GetParam().preset;
    expectSameClasses(runOnnxRuntime(exported("m.onnx", target), expected_.images));
}

INSTANTIATE_TEST_SUITE_P(FashionMnist, SymmetricSamples,
                         testing::Values(Variant{"resnet_tensorrt", "fashion_resnet.pt", "tensorrt", ""},
                                         Variant{"mobilenet_coreml", "fashion_mobilenet.pt", "coreml", ""}),
                         [](const auto& info) { return info.param.name; });

// fbgemm's 0..127 activations are exact on every CPU; the 0..255 of qnnpack are too on QNNPACK's kernels
// only.
INSTANTIATE_TEST_SUITE_P(
    FashionMnist, Samples,
    testing::Values(Variant{"resnet", "fashion_resnet.pt", "fbgemm", ""},
                    Variant{"resnet_mixed", "fashion_resnet.pt", "fbgemm", "layer2.0.conv1"},
                    Variant{"mobilenet", "fashion_mobilenet.pt", "fbgemm", ""},
                    Variant{"mobilenet_mixed", "fashion_mobilenet.pt", "fbgemm", "features.2.conv.1.0"}),
    [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
