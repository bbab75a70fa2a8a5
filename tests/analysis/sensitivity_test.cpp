// Sensitivities against whole runs of networks that are prepared from their rules, one by one.

#include "analysis/sensitivity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "quant/networks.h"
#include "quant/restored.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

constexpr int64_t kSamples = 90;  // no multiple of the batch
constexpr int64_t kBatch = 32;

Graph network() {
    Graph graph = smallNetwork();
    graph.value(graph.inputs().at(0)).shape = {1, 2, 8, 8};
    return graph;
}

std::vector<std::string> layersOf(const PreparedModel& model) {
    std::vector<std::string> names;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        if (model.computes[i] != Compute::Float32) {
            names.push_back(model.graph.node(model.groups[i].primary).name);
        }
    }
    return names;
}

std::optional<ChosenMetric> top1(bool labelled = true) {
    MetricRequest request;
    request.outputs = {{.name = "logits", .dtype = "Float", .shape = {1, 3}}};
    if (labelled) {
        request.label = Shape{};
    }
    auto chosen = chooseMetrics(request).value();
    return chosen.at(0);
}

struct Means {
    double noise, kl, loss, errors;
};

Means meansOf(const at::Tensor& outputs, const at::Tensor& reference, const StripesData& data) {
    const at::Tensor labels = data.read(0, kSamples).value().labels;
    const at::Tensor y = outputs.to(at::kDouble), f = reference.to(at::kDouble);
    const at::Tensor noise = (y - f).square().sum(1) / f.square().sum(1);
    return {
        noise.mean().item<double>(),
        at::kl_div(at::log_softmax(y, 1), at::log_softmax(f, 1), at::Reduction::Sum, true).item<double>() /
            kSamples,
        at::cross_entropy_loss(y, labels).item<double>(),
        y.argmax(1).ne(labels).to(at::kDouble).mean().item<double>()};
}

class SensitivityTest : public testing::Test {
  protected:
    void prepareWith(const std::vector<Rule>& rules) {
        Job job;
        model_ = prepare(fold(network()).value(), RuleSet::make(rules).value()).value();
        StripesData calibration = data_;
        encodings_ = calibrate(model_, calibration, kSamples, kBatch, job).value();
    }

    Result<Sensitivity> measure(SensitivityOptions options, Job job = Job()) {
        options.batch = kBatch;
        const SensitivitySubject subject{
            model_, encodings_, [](QuantizedGraph graph) { return makeOneDnnExecutor(std::move(graph)); }};
        return measureSensitivity(subject, data_, options, job);
    }

    /// What the network gives for all samples, in one run a batch, with these layers restored by rules.
    at::Tensor outputsOf(const std::vector<std::string>& restored) {
        const PreparedModel changed = prepared(network(), "onednn", restored);
        const auto executor =
            makeOneDnnExecutor(convert(changed, encodingsOf(changed, model_, encodings_)).value()).value();
        std::vector<at::Tensor> parts;
        for (int64_t i = 0; i < kSamples; i += kBatch) {
            const Batch batch = data_.read(i, std::min(i + kBatch, kSamples)).value();
            parts.push_back(executor->run(batch.inputs).value().at(0).clone());
        }
        return at::cat(parts);
    }

    StripesData data_{kSamples};
    PreparedModel model_;
    Encodings encodings_;
};

void expectMeans(const LayerEffects& effects, const Means& worse, const Means& better) {
    EXPECT_NEAR(effects.noise->value, worse.noise - better.noise, 1e-9);
    EXPECT_NEAR(effects.kl->value, worse.kl - better.kl, 1e-9);
    EXPECT_NEAR(effects.loss->value, worse.loss - better.loss, 1e-9);
    EXPECT_NEAR(effects.metric->value, worse.errors - better.errors, 1e-9);
}

TEST_F(SensitivityTest, EqualsWholeRunsOfEachNetwork) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    const auto measured = measure({.metric = top1()});
    ASSERT_TRUE(measured) << measured.error().message;
    const std::vector<std::string> layers = layersOf(model_);
    ASSERT_GE(layers.size(), 4U);
    ASSERT_EQ(measured->layers.size(), layers.size());
    EXPECT_EQ(measured->samples, kSamples);
    const at::Tensor reference = outputsOf(layers);
    const Means fp32 = meansOf(reference, reference, data_);
    const Means variant = meansOf(outputsOf({}), reference, data_);
    expectMeans(measured->variant, variant, fp32);
    for (const LayerSensitivity& layer : measured->layers) {
        SCOPED_TRACE(layer.layer);
        std::vector<std::string> others = layers;
        std::erase(others, layer.layer);
        const Means alone = meansOf(outputsOf(others), reference, data_);
        const Means restored = meansOf(outputsOf({layer.layer}), reference, data_);
        expectMeans(layer.alone, alone, fp32);
        expectMeans(layer.restored, variant, restored);
    }
}

TEST_F(SensitivityTest, IsTheSameWhereLayersTakeTurns) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    const auto together = measure({.metric = top1()});
    const auto apart = measure({.metric = top1(), .memoryBytes = 1});
    ASSERT_TRUE(together && apart);
    ASSERT_EQ(together->layers.size(), apart->layers.size());
    for (size_t i = 0; i < together->layers.size(); ++i) {
        EXPECT_EQ(together->layers[i].layer, apart->layers[i].layer);
        EXPECT_EQ(together->layers[i].restored.kl->value, apart->layers[i].restored.kl->value);
        EXPECT_EQ(together->layers[i].alone.noise->high, apart->layers[i].alone.noise->high);
        EXPECT_EQ(together->layers[i].rank, apart->layers[i].rank);
    }
}

TEST_F(SensitivityTest, RanksTheSpoiledLayerFirstByEachMeasure) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    for (const std::string& spoiled : layersOf(model_)) {
        Rule rule{RuleMatch::Layer, spoiled, {"onednn"}};
        rule.qconfig.weight.dtype = DType::Int2;
        prepareWith({{RuleMatch::Global, "", {"onednn"}}, rule});
        const size_t group = [&] {
            size_t i = 0;
            while (model_.graph.node(model_.groups[i].primary).name != spoiled) {
                ++i;
            }
            return i;
        }();
        if (!model_.graph.node(model_.groups[group].primary).op.starts_with("conv2d")) {
            continue;  // what has no weight is not spoiled
        }
        for (const SensitivityMeasure ranked : {SensitivityMeasure::Noise, SensitivityMeasure::Kl}) {
            const auto measured = measure({.metric = top1(), .ranked = ranked});
            ASSERT_TRUE(measured) << measured.error().message;
            EXPECT_EQ(measured->layers.at(0).layer, spoiled);
            EXPECT_EQ(measured->layers.at(0).rank, 1);
            EXPECT_GT(measured->layers.at(1).rank, 1) << spoiled;
            EXPECT_GT(measured->layers.at(0).restored.of(ranked)->low, 0);
        }
    }
}

TEST_F(SensitivityTest, LayersThatSamplesCannotTellApartShareARank) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    const auto one = measure({.metric = top1(), .samples = 1});
    ASSERT_TRUE(one) << one.error().message;
    for (const LayerSensitivity& layer : one->layers) {
        EXPECT_EQ(layer.rank, 1) << layer.layer;
        EXPECT_TRUE(std::isinf(layer.restored.noise->high));
    }
    // Hits of the metric that hardly change rank fewer layers than the outputs themselves.
    const auto ranks = [&](SensitivityMeasure measure) {
        const auto measured = this->measure({.metric = top1(), .ranked = measure});
        std::set<int> different;
        for (const LayerSensitivity& layer : measured.value().layers) {
            different.insert(layer.rank);
        }
        return different.size();
    };
    EXPECT_LT(ranks(SensitivityMeasure::Metric), ranks(SensitivityMeasure::Noise));
}

TEST_F(SensitivityTest, TellsWhatItKnowsAfterEachBatchAndStops) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    std::vector<int64_t> samples;
    SensitivityOptions options{.metric = top1()};
    options.partial = [&](const Sensitivity& soFar) {
        samples.push_back(soFar.samples);
        EXPECT_EQ(soFar.layers.size(), layersOf(model_).size());
    };
    ASSERT_TRUE(measure(options));
    EXPECT_EQ(samples, (std::vector<int64_t>{32, 64, 90}));
    CancelToken token;
    options.partial = [&](const Sensitivity&) { token.cancel(); };
    const auto stopped = measure(options, Job({}, token));
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::Cancelled);
}

TEST_F(SensitivityTest, RefusesMeasuresThatCannotBeTaken) {
    prepareWith({{RuleMatch::Global, "", {"onednn"}}});
    data_ = StripesData(kSamples, 3, false);
    const auto measured = measure({.metric = top1(false), .ranked = SensitivityMeasure::Loss});
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().kind, ErrorKind::Usage);
    EXPECT_NE(measured.error().message.find("labels"), std::string::npos);
}

}  // namespace

}  // namespace qs::test
