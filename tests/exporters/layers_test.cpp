// Every step of the bundled networks alone, on the values that it sees there: what the exported operator
// makes of them against the simulation, so that no layer's differences hide behind another's.

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <gtest/gtest.h>

#include "data/dataset.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "exporters/step_alone.h"
#include "importers/importer.h"
#include "ops/quantize.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"
#include "support/test_models.h"

namespace qs::test {

namespace {

constexpr int64_t kImages = 100;

struct Network {
    std::string name;
    std::string model;
    std::string preset;
};

void PrintTo(const Network& network, std::ostream* out) {
    *out << network.name;
}

class Layers : public testing::TestWithParam<Network> {
  protected:
    static void SetUpTestSuite() { setenv("QSCOPE_RESOURCES", QS_SOURCE_DIR "/resources", /*overwrite=*/0); }

    /// The network's values on test images, by value.
    void SetUp() override {
        const auto data = openDataset("fashion-mnist:test", {}).value();
        Graph model = openModel(sampleFile(GetParam().model)).value().graph;
        const PreparedModel prepared =
            test::prepareGraph(std::move(model),
                               RuleSet::make({{RuleMatch::Global, "", GetParam().preset}}).value())
                .value();
        Job job;
        const Encodings encodings = calibrate(prepared, *data, 128, 32, job).value();
        graph_ = convert(prepared, encodings).value();
        const at::Tensor images = data->read(0, kImages).value().inputs.at(0);
        values_.resize(graph_.values.size());
        values_.at(static_cast<size_t>(graph_.inputs.at(0).index)) = images;
        const auto engine = makeReferenceExecutor(graph_).value();
        const auto keep = [this](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                values_.at(static_cast<size_t>(graph_.nodes[node].outputs[i].index)) = outputs[i].clone();
            }
        };
        ASSERT_TRUE(engine->run(std::array{images}, keep));
    }

    void expectAgreements(const std::string& engine) {
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            const QNode& node = graph_.nodes[i];
            if (!graph_.isInteger(node)) {
                continue;
            }
            const StepAlone alone = stepAlone(graph_, i, values_);
            const std::filesystem::path path = folder_ / ("step" + std::to_string(i) + ".pt");
            const auto written = exportTo(*exporterFor(path).value(), alone.graph, {}, path);
            ASSERT_TRUE(written) << written.error().message;
            const ForeignRun run = runLibTorch({path, alone.inputs}, engine);
            if (run.absent) {
                GTEST_SKIP() << run.log;
            }
            SCOPED_TRACE(node.layer);
            expectAgreement(node, run.outputs.at(0));
        }
    }

    /// Integers are equal but for ties that float32 breaks either way. Averages have many ties. A tie before
    /// a residual add can move the sum by more than one step.
    void expectAgreement(const QNode& node, const at::Tensor& output) {
        const ValueId id = node.outputs.at(0);
        const at::Tensor found = quantize(output, *graph_.value(id).qparams).to(at::kInt);
        const at::Tensor difference = (values_.at(static_cast<size_t>(id.index)).to(at::kInt) - found).abs();
        const auto within = [&](int lsb) { return difference.le(lsb).to(at::kDouble).mean().item<double>(); };
        EXPECT_GE(within(1), 0.9999);
        EXPECT_GE(within(0), node.op == "adaptive_avg_pool2d" ? 0.99 : 0.9999);
        EXPECT_LE(difference.max().item<int>(), node.hasAdd ? 2 : 1);
    }

    QuantizedGraph graph_;
    std::vector<at::Tensor> values_;
    TemporaryFolder folder_;
};

TEST_P(Layers, AgreeInLibTorchWithOneDnn) {
    expectAgreements("onednn");
}
TEST_P(Layers, AgreeInLibTorchWithQnnpack) {
    expectAgreements("qnnpack");
}

INSTANTIATE_TEST_SUITE_P(Samples, Layers,
                         testing::Values(Network{"resnet", "fashion_resnet.pt", "fbgemm"},
                                         Network{"mobilenet", "fashion_mobilenet.pt", "fbgemm"},
                                         Network{"resnet_full_range", "fashion_resnet.pt", "onednn"},
                                         Network{"mobilenet_full_range", "fashion_mobilenet.pt", "qnnpack"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
