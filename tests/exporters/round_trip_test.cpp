// Our own exports open again as models: the same integers, qparams and results, and exports of what was
// opened give the same once more.

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/max.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>

#include "data/dataset.h"
#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/integer_range.h"
#include "exporters/op_cases.h"
#include "exporters/runners.h"
#include "importers/importer.h"
#include "ops/integer_bias.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/opened_export.h"
#include "support/prepared.h"
#include "support/test_models.h"

namespace qs::test {

namespace {

/// What a weighted integer layer computes with.
struct LayerNumbers {
    at::Tensor weight;
    at::Tensor bias;
    std::vector<double> weightScale;
    QParams input, output;  ///< the output in front of a residual add where there is one
    IntegerRange range;     ///< of the integers that the layer can give
};

/// By layer name, of a graph's weighted integer layers.
std::map<std::string, LayerNumbers> numbersOf(const QuantizedGraph& graph) {
    std::map<std::string, LayerNumbers> layers;
    for (const QNode& node : graph.nodes) {
        if (!node.weightInt) {
            continue;
        }
        const QParams& input = *graph.value(node.inputs[0]).qparams;
        const QParams& output = node.preAdd ? *node.preAdd : *graph.value(node.outputs[0]).qparams;
        layers[node.layer] = {*node.weightInt,
                              node.bias ? integerBias(node, input) : at::Tensor(),
                              node.weightQParams->scale,
                              input,
                              output,
                              node.preAdd ? IntegerRange{} : outputRange(output, node.activation)};
    }
    return layers;
}

/// Scales as both formats keep them.
std::vector<float> singles(const std::vector<double>& scales) {
    return {scales.begin(), scales.end()};
}

void expectSameGrid(const QParams& expected, const QParams& actual) {
    EXPECT_EQ(expected.dtype, actual.dtype);
    EXPECT_EQ(singles(expected.scale), singles(actual.scale));
    EXPECT_EQ(expected.zeroPoint, actual.zeroPoint);
}

/// `format`: what `actual` was read from. ONNX has an activation on its own as a convolution more.
void expectSameNumbers(const QuantizedGraph& expected, const QuantizedGraph& actual,
                       const std::string& format) {
    const auto reopened = numbersOf(actual);
    const auto original = numbersOf(expected);
    const auto activations = std::ranges::count_if(expected.nodes, [&](const QNode& node) {
        return expected.isInteger(node) && (node.op == "relu" || node.op == "clip");
    });
    EXPECT_EQ(reopened.size(), original.size() + static_cast<size_t>(format == ".onnx" ? activations : 0));
    for (const auto& [layer, numbers] : original) {
        SCOPED_TRACE(layer);
        const auto found = reopened.find(layer);
        ASSERT_NE(found, reopened.end());
        EXPECT_TRUE(at::equal(found->second.weight, numbers.weight));
        ASSERT_EQ(found->second.bias.defined(), numbers.bias.defined());
        EXPECT_TRUE(!numbers.bias.defined() || at::equal(found->second.bias, numbers.bias));
        EXPECT_EQ(singles(found->second.weightScale), singles(numbers.weightScale));
        if (found->second.range != IntegerRange{} && numbers.range != IntegerRange{}) {
            EXPECT_EQ(found->second.range, numbers.range);
        }
        expectSameGrid(numbers.input, found->second.input);
        expectSameGrid(numbers.output, found->second.output);
    }
}

class RoundTripTest : public testing::Test {
  protected:
    /// Opened, and exported once more in either format, the network is what it was.
    void expectTheSameAgain(const ExportCase& original, const std::string& extension,
                            const std::string& otherExtension) {
        const at::Tensor expected = runReference(original.graph, original.input);
        const auto opened = openExport(exportCase(original, folder_ / ("first" + extension)));
        ASSERT_TRUE(opened) << opened.error().message;
        expectSameNumbers(original.graph, *opened, extension);
        EXPECT_TRUE(at::equal(runReference(*opened, original.input), expected)) << opened->dump();
        for (const std::string& next : {extension, otherExtension}) {
            SCOPED_TRACE("exported again as " + next);
            const ExportCase again{original.name, *opened, original.input};
            const auto reopened = openExport(exportCase(again, folder_ / ("second" + next)));
            ASSERT_TRUE(reopened) << reopened.error().message;
            EXPECT_TRUE(at::equal(runReference(*reopened, original.input), expected)) << reopened->dump();
        }
    }

    TemporaryFolder folder_;
};

class Patterns : public RoundTripTest, public testing::WithParamInterface<ExportCase> {};

TEST_P(Patterns, TorchScript) {
    expectTheSameAgain(GetParam(), ".pt", ".onnx");
}
TEST_P(Patterns, Onnx) {
    expectTheSameAgain(GetParam(), ".onnx", ".pt");
}

INSTANTIATE_TEST_SUITE_P(RoundTrip, Patterns, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

/// Every op entry that has an integer form, on integers.
std::vector<OpCase> integerCases() {
    std::vector<OpCase> cases = entryCases();
    std::erase_if(cases, [](const OpCase& one) {
        return std::none_of(one.graph.values.begin(), one.graph.values.end(),
                            [](const QValue& value) { return value.isInteger(); });
    });
    return cases;
}

/// Of the network's integers, in real units.
double largestStep(const QuantizedGraph& graph) {
    double step = 0;
    for (const QValue& value : graph.values) {
        step = std::max(step, value.qparams ? value.qparams->scale.at(0) : 0);
    }
    return step;
}

class Operators : public testing::TestWithParam<OpCase> {
  protected:
    void expectTheSameResults(const std::string& extension) {
        const OpCase& one = GetParam();
        const std::filesystem::path path = folder_ / ("op" + extension);
        ExportOptions options;
        for (const at::Tensor& input : one.inputs) {
            options.inputShapes.push_back(input.sizes().vec());
        }
        const auto written = exportTo(*exporterFor(path).value(), one.graph, options, path);
        ASSERT_TRUE(written) << written.error().message;
        const auto opened = openExport(path);
        ASSERT_TRUE(opened) << opened.error().message;
        const auto expected = makeReferenceExecutor(one.graph).value()->run(one.inputs).value();
        const auto actual = makeReferenceExecutor(*opened).value()->run(one.inputs).value();
        ASSERT_EQ(actual.size(), expected.size());
        // ONNX has these as a factor of its own (a mean times a factor, a depthwise convolution), which may
        // round a half to the other side.
        const std::set<std::string> factors{"avg_pool2d_ceil_padded_integer", "add_constant_integer",
                                            "batch_norm_integer"};
        const bool mayDifferByOne = extension == ".onnx" && factors.contains(one.name);
        for (size_t i = 0; i < expected.size(); ++i) {
            const double difference = (actual[i] - expected[i]).abs().max().item<double>();
            EXPECT_LE(difference, mayDifferByOne ? 1.01 * largestStep(one.graph) : 0) << opened->dump();
        }
    }

    TemporaryFolder folder_;
};

TEST_P(Operators, TorchScript) {
    expectTheSameResults(".pt");
}
TEST_P(Operators, Onnx) {
    expectTheSameResults(".onnx");
}

INSTANTIATE_TEST_SUITE_P(RoundTrip, Operators, testing::ValuesIn(integerCases()),
                         [](const auto& info) { return info.param.name; });

/// A sample network under a preset, with a layer restored to FP32 or none.
struct Sample {
    std::string name, file, preset, restored;
};

void PrintTo(const Sample& sample, std::ostream* out) {
    *out << sample.name;
}

class Samples : public RoundTripTest, public testing::WithParamInterface<Sample> {
  protected:
    static void SetUpTestSuite() { setenv("QSCOPE_RESOURCES", QS_SOURCE_DIR "/resources", /*overwrite=*/0); }

    static ExportCase quantized() {
        constexpr int64_t kCalibrationImages = 64, kImages = 16;
        const auto data = openDataset("fashion-mnist:test", {}).value();
        Graph model = openModel(sampleFile(GetParam().file)).value().graph;
        std::vector<Rule> rules{{RuleMatch::Global, "", GetParam().preset}};
        if (!GetParam().restored.empty()) {
            rules.push_back({RuleMatch::Layer, GetParam().restored, "fp32"});
        }
        const auto prepared =
            test::prepareGraph(std::move(model), RuleSet::make(std::move(rules)).value()).value();
        Job job;
        const Encodings encodings = calibrate(prepared, *data, kCalibrationImages, 32, job).value();
        return {GetParam().name, convert(prepared, encodings).value(),
                data->read(0, kImages).value().inputs.at(0)};
    }
};

TEST_P(Samples, TorchScript) {
    expectTheSameAgain(quantized(), ".pt", ".onnx");
}
TEST_P(Samples, Onnx) {
    expectTheSameAgain(quantized(), ".onnx", ".pt");
}

INSTANTIATE_TEST_SUITE_P(
    RoundTrip, Samples,
    testing::Values(Sample{"resnet", "fashion_resnet.pt", "fbgemm", ""},
                    Sample{"resnet_onednn", "fashion_resnet.pt", "onednn", ""},
                    Sample{"resnet_mixed", "fashion_resnet.pt", "fbgemm", "layer2.0.conv1"},
                    Sample{"mobilenet", "fashion_mobilenet.pt", "fbgemm", ""},
                    Sample{"mobilenet_qnnpack", "fashion_mobilenet.pt", "qnnpack", ""},
                    Sample{"mobilenet_mixed", "fashion_mobilenet.pt", "fbgemm", "features.2.conv.1.0"}),
    [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
