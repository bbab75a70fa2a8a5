// Networks whose file forms are opened as other operators: quantized, and exported to runtimes that must
// agree.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "data/dataset.h"
#include "exporters/comparison.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "importers/importer.h"
#include "importers/torchscript/newer_operators.h"
#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

constexpr int64_t kSamples = 64;

/// One tensor, N x ..., unlabelled.
class Samples : public Dataset {
  public:
    explicit Samples(at::Tensor all) : all_(std::move(all)) {}
    int64_t size() const override { return all_.size(0); }
    bool labelled() const override { return false; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", all_.sizes().slice(1).vec()}}; }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        Batch batch;
        batch.inputs.push_back(
            all_.index_select(0, at::tensor(at::IntArrayRef(indices.data(), indices.size()))));
        return batch;
    }

  private:
    at::Tensor all_;
};

struct Network {
    std::string name;
    std::string body;  ///< of forward(self, x)
    std::vector<Shape> weights;
    Shape sample;
    std::map<std::string, int> integers;  ///< steps in integers, by op
    int boundaries;                       ///< quantize, dequantize and requantize
};

void PrintTo(const Network& network, std::ostream* stream) {
    *stream << network.name;
}

std::vector<Network> networks() {
    return {
        {"keywords",
         "x = torch.relu(torch.batch_norm(torch.conv1d(x, self.w0, self.w1), self.w2, self.w3, self.w4, "
         "torch.abs(self.w5) + 0.5, False, 0.1, 1e-5, False))\n"
         "    x = torch.relu(torch.conv1d(x, self.w6, None, [1], [1], [1], 16))\n"
         "    x = torch.adaptive_avg_pool1d(torch.max_pool1d(x, [2]), [1])\n"
         "    return torch.linear(torch.flatten(x, 1), self.w7)",
         {{16, 10, 5}, {16}, {16}, {16}, {16}, {16}, {16, 1, 3}, {8, 16}},
         {10, 49},
         {{"conv2d", 2}, {"max_pool2d", 1}, {"adaptive_avg_pool2d", 1}, {"flatten", 1}, {"linear", 1}},
         2},
        {"waves",
         "y = torch.relu(torch.conv1d(x, self.w0, self.w1, [2], [2]))\n"
         "    y = torch.relu(torch.conv1d(y, self.w2, None, [1], [2], [2]) + y)\n"
         "    return torch.conv_transpose1d(y, self.w3, self.w4, [2], [1], [1])",
         {{8, 4, 5}, {8}, {8, 8, 3}, {8, 4, 4}, {4}},
         {4, 32},
         {{"conv2d", 2}, {"conv_transpose2d", 1}, {"reshape", 1}},
         2},
        {"volumes",
         "x = torch.relu(torch.batch_norm(torch.conv3d(x, self.w0, None, [1, 2, 2], [1, 2, 1]), self.w1, "
         "self.w2, self.w3, torch.abs(self.w4) + 0.5, False, 0.1, 1e-5, False))\n"
         "    x = torch.max_pool3d(x, [1, 2, 2], [1, 2, 2], [0, 1, 0])\n"
         "    y = torch.relu(torch.conv3d(x, self.w5, self.w6, [1], [0, 1, 1]))\n"
         "    y = torch.clamp(torch.conv3d(y, self.w7, None, [1], [2, 0, 0], [2, 1, 1], 4), 0., 6.)\n"
         "    x = torch.relu(torch.conv3d(y, self.w8, self.w9) + x)\n"
         "    x = torch.relu(torch.conv3d(x, self.w10, None, [2], [1], [1], 16))\n"
         "    x = torch.adaptive_avg_pool3d(torch.cat([x, torch.hardswish(x)], 1), [1, 1, 1])\n"
         "    return torch.linear(torch.flatten(x, 1), self.w11)",
         {{16, 3, 3, 5, 3},
          {16},
          {16},
          {16},
          {16},
          {16, 16, 1, 3, 3},
          {16},
          {16, 4, 3, 1, 1},
          {16, 16, 1, 1, 1},
          {16},
          {16, 1, 3, 3, 3},
          {8, 32}},
         {3, 6, 16, 14},
         {{"conv3d", 5},
          {"max_pool3d", 1},
          {"cat", 1},
          {"hard_swish", 1},
          {"adaptive_avg_pool3d", 1},
          {"flatten", 1},
          {"linear", 1}},
         2},
        {"attention",
         "n, l = x.size(0), x.size(1)\n"
         "    q = torch.linear(x, self.w0).view([n, l, 2, 8]).transpose(1, 2)\n"
         "    k = torch.linear(x, self.w1).view([n, l, 2, 8]).transpose(1, 2)\n"
         "    v = torch.linear(x, self.w2).view([n, l, 2, 8]).transpose(1, 2)\n"
         "    y = torch.scaled_dot_product_attention(q, k, v)\n"
         "    return torch.linear(torch.flatten(y.transpose(1, 2), 2), self.w3, self.w4)",
         {{16, 16}, {16, 16}, {16, 16}, {8, 16}, {8}},
         {6, 16},
         {{"linear", 4},
          {"matmul", 2},
          {"softmax", 1},
          {"mul", 1},
          {"permute", 4},
          {"reshape", 3},
          {"flatten", 1}},
         2},
        {"products",
         "return torch.matmul(torch.relu(torch.matmul(x, self.w0)), self.w1)",
         {{1, 8, 4}, {1, 4, 3}},
         {6, 8},
         {{"linear", 2}},
         2},
    };
}

class OpenedNetworks : public testing::TestWithParam<Network> {
  protected:
    OpenedNetworks() : module_("__torch__.Network") {
        registerNewerOperators();
        at::manual_seed(23);
        for (size_t i = 0; i < GetParam().weights.size(); ++i) {
            const Shape& shape = GetParam().weights[i];
            module_.register_buffer("w" + std::to_string(i), at::randn(shape) / (shape.size() > 1 ? 2 : 4));
        }
        module_.define("def forward(self, x):\n    " + GetParam().body + "\n");
        module_.save((folder_ / "model.pt").string());
        Shape shape = GetParam().sample;
        shape.insert(shape.begin(), kSamples);
        x_ = at::randn(shape);
    }

    Graph opened() {
        Shape shape = GetParam().sample;
        shape.insert(shape.begin(), 1);
        return openModel(folder_ / "model.pt", {{"", shape}}).value().graph;
    }

    QuantizedGraph quantized(const std::string& preset) {
        const PreparedModel prepared =
            test::prepareGraph(opened(), RuleSet::make({{RuleMatch::Global, "", preset}}).value()).value();
        Job job;
        const Samples data(x_);
        return convert(prepared, calibrate(prepared, data, kSamples, kSamples, job).value()).value();
    }

    std::filesystem::path exported(const QuantizedGraph& graph, const std::string& fileName,
                                   const std::string& target = {}) {
        const std::filesystem::path path = folder_ / fileName;
        const auto written = exportTo(*exporterFor(path, target).value(), graph, {}, path);
        EXPECT_TRUE(written) << written.error().message;
        return path;
    }

    /// The file's result is what the simulation says, to single steps where averages round otherwise.
    void expectSimulated(const QuantizedGraph& graph, const ForeignRun& run) {
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        ASSERT_TRUE(run.output.defined()) << run.log;
        const Comparison comparison = compareResults(graph, runReference(graph, x_), run.output);
        EXPECT_GE(comparison.withinOneLsb, 0.99);
        EXPECT_LE(comparison.worstLsb, 3);
    }

    TemporaryFolder folder_;
    torch::jit::Module module_;
    at::Tensor x_;
};

TEST_P(OpenedNetworks, RunOnIntegers) {
    const Network& network = GetParam();
    const QuantizedGraph graph = quantized("onednn");
    std::map<std::string, int> integers;
    int boundaries = 0;
    for (const QNode& node : graph.nodes) {
        boundaries += node.isBoundary();
        if (graph.isInteger(node)) {
            ++integers[node.op];
        }
    }
    EXPECT_EQ(integers, network.integers) << graph.dump();
    EXPECT_EQ(boundaries, network.boundaries) << graph.dump();
    const at::Tensor real = module_.forward({x_}).toTensor();
    const at::Tensor error = runReference(graph, x_) - real;
    EXPECT_GT(20 * std::log10((real.norm() / error.norm()).item<double>()), 25);
}

TEST_P(OpenedNetworks, AgreeInLibTorch) {
    for (const auto& [preset, engine] : {std::pair("onednn", "onednn"), {"qnnpack", "qnnpack"}}) {
        if (GetParam().integers.contains("conv3d") && std::string(engine) == "qnnpack") {
            continue;  // has none in files
        }
        const QuantizedGraph graph = quantized(preset);
        expectSimulated(graph, runLibTorch(exported(graph, std::string(preset) + ".pt"), x_, engine));
    }
}

TEST_P(OpenedNetworks, AgreeInOnnxRuntime) {
    for (const char* target : {"onnxruntime-x64", "onnxruntime-qoperator", "generic"}) {
        const QuantizedGraph graph = quantized("onednn");
        expectSimulated(graph, runOnnxRuntime(exported(graph, std::string(target) + ".onnx", target), x_));
    }
}

TEST_P(OpenedNetworks, InFloatEqualTheFileThatWasOpened) {
    const QuantizedGraph graph = test::floatForm(opened()).value();
    const at::Tensor wanted = module_.forward({x_}).toTensor();
    for (const ForeignRun& run : {runLibTorch(exported(graph, "float.pt"), x_, "onednn"),
                                  runOnnxRuntime(exported(graph, "float.onnx"), x_)}) {
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        ASSERT_TRUE(run.output.defined()) << run.log;
        ASSERT_EQ(run.output.numel(), wanted.numel());
        EXPECT_LT((run.output.view_as(wanted) - wanted).abs().max().item<double>(),
                  1e-5 * std::max(1.0, wanted.abs().max().item<double>()));
    }
}

INSTANTIATE_TEST_SUITE_P(Files, OpenedNetworks, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
