// A module that a network uses five times has its weights once: in memory, in sizes and in every file.

#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/runners.h"
#include "exporters/tensor_samples.h"
#include "graph/graph.h"
#include "quant/ptq.h"
#include "quant/qconfig.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kHeadChannels = 64;
constexpr int64_t kHeadWeights = kHeadChannels * kHeadChannels * 9;

/// Convolution number `i` of `x`, an output of the network, too.
ValueId addConvolution(Graph& graph, int64_t i, ValueId x, ValueId weight, std::optional<ValueId> bias) {
    Attributes attrs;
    for (const char* name : {"stride", "dilation"}) {
        attrs.set(name, std::vector<int64_t>{1, 1});
    }
    attrs.set("padding", std::vector<int64_t>{1, 1});
    attrs.set("groups", int64_t{1});
    std::vector<ValueId> inputs{x, weight};
    if (bias) {
        inputs.push_back(*bias);
    }
    const std::string name = "h" + std::to_string(i);
    const ValueId y = graph.node(graph.addNode("conv2d", name, attrs, inputs, {name})).outputs[0];
    graph.value(y).shape = graph.value(x).shape;
    graph.addOutput(y, "y" + std::to_string(i));
    return y;
}

/// One convolution of its own results, so that each use of it has other scales.
Graph chain(bool hasBias) {
    Graph graph;
    ValueId x = graph.addInput("x");
    graph.value(x).shape = {2, kHeadChannels, 32, 32};
    const at::Tensor filters = at::rand({kHeadChannels, kHeadChannels, 3, 3}).sub(0.4);
    const ValueId weight = graph.addConstant("h.weight", filters);
    graph.value(weight).shape = filters.sizes().vec();
    std::optional<ValueId> bias;
    if (hasBias) {
        bias = graph.addConstant("h.bias", at::rand({kHeadChannels}));
        graph.value(*bias).shape = {kHeadChannels};
    }
    for (int64_t i = 0; i < 3; ++i) {
        x = addConvolution(graph, i, x, weight, bias);
    }
    return graph;
}

/// One convolution on five maps, which are pooled more and more; `copies`: each time with weights of its own.
Graph heads(bool copies) {
    Graph graph;
    ValueId x = graph.addInput("x");
    graph.value(x).shape = {2, kHeadChannels, 32, 32};
    const auto convolution = [&] {
        return std::pair(at::rand({kHeadChannels, kHeadChannels, 3, 3}), at::rand({kHeadChannels}));
    };
    auto tensors = convolution();
    ValueId weight = graph.addConstant("h.weight", tensors.first),
            bias = graph.addConstant("h.bias", tensors.second);
    for (int64_t i = 0; i < 5; ++i) {
        const std::string number = std::to_string(i);
        if (i > 0) {
            Attributes pool;
            pool.set("kernel", std::vector<int64_t>{2, 2});
            pool.set("stride", std::vector<int64_t>{2, 2});
            pool.set("padding", std::vector<int64_t>{0, 0});
            pool.set("dilation", std::vector<int64_t>{1, 1});
            pool.set("ceil_mode", false);
            x = graph.node(graph.addNode("max_pool2d", "pool" + number, pool, {x}, {"pool" + number}))
                    .outputs[0];
            graph.value(x).shape = {2, kHeadChannels, 32 >> i, 32 >> i};
        }
        if (copies && i > 0) {
            tensors = convolution();
            weight = graph.addConstant("h.weight" + number, tensors.first);
            bias = graph.addConstant("h.bias" + number, tensors.second);
        }
        addConvolution(graph, i, x, weight, bias);
    }
    for (const ValueId constant : {weight, bias}) {
        graph.value(constant).shape = graph.constant(constant).sizes().vec();
    }
    return graph;
}

QuantizedGraph converted(const Graph& graph, const std::string& preset) {
    if (preset == "fp32") {
        return test::floatForm(graph).value();
    }
    const auto rules = RuleSet::make({{RuleMatch::Global, "", preset}}).value();
    const PreparedModel prepared = test::prepareGraph(graph, rules).value();
    Job job;
    const auto calibration =
        calibrate(prepared, TensorSamples({at::rand({8, kHeadChannels, 32, 32})}), 8, 8, job).value();
    return convert(prepared, calibration).value();
}

class SharedWeights : public testing::TestWithParam<std::string> {
  protected:
    int64_t bytesEach() const { return GetParam() == "fp32" ? 4 : GetParam() == "bf16" ? 2 : 1; }
    TemporaryFolder folder_;
};

TEST_P(SharedWeights, CountOnce) {
    const int64_t once = converted(heads(false), GetParam()).parameterBytes();
    const int64_t copies = converted(heads(true), GetParam()).parameterBytes();
    EXPECT_GE(once, bytesEach() * kHeadWeights);
    EXPECT_LT(once, bytesEach() * kHeadWeights + 16 * kHeadChannels);
    EXPECT_GE(copies, 5 * bytesEach() * kHeadWeights);
}

TEST_P(SharedWeights, AreOneTensor) {
    const QuantizedGraph graph = converted(heads(false), GetParam());
    const void* weights = nullptr;
    for (const QNode& node : graph.nodes) {
        if (!node.weight) {
            continue;
        }
        const void* own = (node.weightInt ? *node.weightInt : *node.weight).data_ptr();
        EXPECT_TRUE(weights == nullptr || weights == own) << node.layer;
        weights = own;
    }
    EXPECT_NE(weights, nullptr);
}

TEST_P(SharedWeights, AreStoredOnceAndRead) {
    const QuantizedGraph graph = converted(heads(false), GetParam());
    const at::Tensor x = at::rand({2, kHeadChannels, 32, 32});
    const auto expected = makeReferenceExecutor(graph).value()->run(std::vector<at::Tensor>{x}).value();
    for (const char* extension : {".onnx", ".pt", ".ptl"}) {
        SCOPED_TRACE(extension);
        const fs::path path = folder_ / ("model" + std::string(extension));
        const auto written = exportTo(*exporterFor(path).value(), graph, {}, path);
        ASSERT_TRUE(written) << written.error().message;
        // ONNX has bfloat16 weights as float32.
        const int64_t each = GetParam() == "bf16" && path.extension() == ".onnx" ? 4 : bytesEach();
        EXPECT_GE(fs::file_size(path), each * kHeadWeights);
        EXPECT_LT(fs::file_size(path), 2 * each * kHeadWeights + 40'000);
        const ForeignRun run = path.extension() == ".onnx" ? runOnnxRuntime({{path, {x}}}).at(0)
                               : path.extension() == ".pt"
                                   ? runPythonTorch({{path, {x}}}, "qnnpack").at(0)
                                   : ForeignRun{.outputs = runLiteOutputs(written->files.at(0).bytes, x)};
        if (run.absent) {
            continue;
        }
        ASSERT_EQ(run.outputs.size(), expected.size()) << run.log;
        for (size_t i = 0; i < expected.size(); ++i) {
            const double largest = expected[i].abs().max().item<double>();
            EXPECT_LE((run.outputs[i] - expected[i]).abs().max().item<double>(), 0.02 * largest);
        }
    }
}

TEST(SharedWeightsOnOneDnn, AreComputedWithEachScaleAndBias) {
    for (const char* preset : {"fp32", "onednn"}) {
        for (const bool hasBias : {false, true}) {
            const QuantizedGraph graph = converted(chain(hasBias), preset);
            const std::vector<at::Tensor> x{at::rand({2, kHeadChannels, 32, 32})};
            const auto expected = makeReferenceExecutor(graph).value()->run(x).value();
            const auto outputs = makeOneDnnExecutor(graph).value()->run(x).value();
            for (size_t i = 0; i < expected.size(); ++i) {
                const double largest = expected[i].abs().max().item<double>();
                EXPECT_LE((outputs[i] - expected[i]).abs().max().item<double>(), 0.01 * largest) << i;
            }
        }
    }
}

TEST(SharedWeightsInTorchScript, AreStoredOnceWhereScalesDiffer) {
    const TemporaryFolder folder;
    const QuantizedGraph graph = converted(chain(true), "onednn");
    const at::Tensor x = at::rand({2, kHeadChannels, 32, 32});
    const auto expected = makeReferenceExecutor(graph).value()->run(std::vector<at::Tensor>{x}).value();
    for (const char* file : {"model.pt", "model.ptl"}) {
        SCOPED_TRACE(file);
        const fs::path path = folder / file;
        const auto written = exportTo(*exporterFor(path).value(), graph, {}, path);
        ASSERT_TRUE(written) << written.error().message;
        EXPECT_GE(fs::file_size(path), kHeadWeights);
        EXPECT_LT(fs::file_size(path), kHeadWeights + 40'000);
        const ForeignRun run = path.extension() == ".pt"
                                   ? runPythonTorch({{path, {x}}}, "qnnpack").at(0)
                                   : ForeignRun{.outputs = runLiteOutputs(written->files.at(0).bytes, x)};
        for (size_t i = 0; !run.absent && i < expected.size(); ++i) {
            const double largest = expected[i].abs().max().item<double>();
            EXPECT_LE((run.outputs.at(i) - expected[i]).abs().max().item<double>(), 0.02 * largest) << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Presets, SharedWeights, testing::Values("fp32", "onednn", "qnnpack", "bf16"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
