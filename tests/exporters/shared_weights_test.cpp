// A module that a network uses five times has its weights once: in memory, in sizes and in every file.

#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <filesystem>

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
        Attributes attrs;
        for (const char* name : {"stride", "dilation"}) {
            attrs.set(name, std::vector<int64_t>{1, 1});
        }
        attrs.set("padding", std::vector<int64_t>{1, 1});
        attrs.set("groups", int64_t{1});
        const NodeId node = graph.addNode("conv2d", "h" + number, attrs, {x, weight, bias}, {"h" + number});
        graph.value(graph.node(node).outputs[0]).shape = {2, kHeadChannels, 32 >> i, 32 >> i};
        graph.addOutput(graph.node(node).outputs[0], "y" + number);
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
        // LibTorch's packed parameters hold a copy of the weight a module.
        const bool isPacked =
            path.extension() != ".onnx" && (GetParam() == "onednn" || GetParam() == "qnnpack");
        if (!isPacked) {
            EXPECT_LT(fs::file_size(path), 2 * each * kHeadWeights + 40'000);
        }
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

INSTANTIATE_TEST_SUITE_P(Presets, SharedWeights, testing::Values("fp32", "onednn", "qnnpack", "bf16"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
