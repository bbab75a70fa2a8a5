#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ops/quantize.h"
#include "quant/networks.h"
#include "quant/observe.h"
#include "quant/pipeline.h"
#include "runtime/executor.h"

namespace qs {
namespace {

using test::StripesData;
using testing::IsEmpty;

constexpr int64_t kSamples = 64;
constexpr int64_t kBatch = 16;

/// What a weighted layer computes before a residual is added and before its activation, by its name.
using Sums = std::map<std::string, at::Tensor>;

/// conv-bn-relu, conv-bn-add-relu, depthwise conv-clip without a bias, transposed conv of two groups, linear;
/// channels of very different size, so that one scale a weight rounds most of them coarsely.
class UnevenNetwork {
  public:
    UnevenNetwork() {
        weights_["conv1"] = uneven({8, 2, 3, 3}, 0);
        weights_["conv2"] = uneven({8, 8, 3, 3}, 0);
        weights_["dw"] = uneven({8, 1, 3, 3}, 0);
        // What "dw" makes small counts as much as the rest.
        weights_["up"] = normal({8, 2, 2, 2}) * 0.3 / sizes(8).reshape({-1, 1, 1, 1});
        weights_["fc"] = uneven({5, 4 * 16 * 16}, 0) * 0.1;
        biases_["conv1"] = normal({8}) * 0.1;
        biases_["up"] = normal({4}) * 0.1;
        biases_["fc"] = normal({5});
        for (const char* layer : {"conv1", "conv2"}) {
            norms_[layer] = {at::rand({8}, random_) + 0.5, normal({8}) * 0.3, normal({8}) * 0.2,
                             at::rand({8}, random_) + 0.3};
        }
    }

    /// FP32 as LibTorch computes it.
    at::Tensor forward(const at::Tensor& x, Sums& sums) const {
        const auto norm = [&](const char* layer, const at::Tensor& y) {
            const std::vector<at::Tensor>& p = norms_.at(layer);  // gamma, beta, mean, variance
            return sums[layer] = at::batch_norm(y, p[0], p[1], p[2], p[3], false, 0, 1e-5, false);
        };
        const at::Tensor first =
            norm("conv1", at::conv2d(x, weights_.at("conv1"), biases_.at("conv1"), 1, 1)).relu();
        const at::Tensor second = norm("conv2", at::conv2d(first, weights_.at("conv2"), {}, 1, 1));
        sums["dw"] = at::conv2d((second + first).relu(), weights_.at("dw"), {}, 1, 1, 1, 8);
        sums["up"] =
            at::conv_transpose2d(sums["dw"].clamp(0, 6), weights_.at("up"), biases_.at("up"), 2, 0, 0, 2);
        return sums["fc"] = at::linear(sums["up"].flatten(1), weights_.at("fc"), biases_.at("fc"));
    }

    Graph graph() const {
        Graph graph;
        const auto node = [&](const std::string& op, const std::string& name, Attributes attrs,
                              std::vector<ValueId> inputs) {
            return graph.node(graph.addNode(op, name, std::move(attrs), std::move(inputs), {name + ".out"}))
                .outputs[0];
        };
        const auto weighted = [&](const std::string& op, const std::string& name, Attributes attrs,
                                  ValueId x) {
            std::vector<ValueId> inputs{x, graph.addConstant(name + ".weight", weights_.at(name))};
            if (const auto bias = biases_.find(name); bias != biases_.end()) {
                inputs.push_back(graph.addConstant(name + ".bias", bias->second));
            }
            const ValueId y = node(op, name, std::move(attrs), std::move(inputs));
            const auto norm = norms_.find(name);
            if (norm == norms_.end()) {
                return y;
            }
            std::vector<ValueId> parameters{y};
            for (size_t i = 0; i < norm->second.size(); ++i) {
                parameters.push_back(graph.addConstant(name + "_bn." + std::to_string(i), norm->second[i]));
            }
            Attributes eps;
            eps.set("eps", 1e-5);
            return node("batch_norm", name + "_bn", std::move(eps), std::move(parameters));
        };
        const ValueId x = graph.addInput("image");
        const ValueId first = node("relu", "relu1", {}, {weighted("conv2d", "conv1", window(1, 1, 1), x)});
        const ValueId second = weighted("conv2d", "conv2", window(1, 1, 1), first);
        const ValueId sum = node("relu", "relu2", {}, {node("add", "add", {}, {second, first})});
        Attributes relu6;
        relu6.set("min", 0.0);
        relu6.set("max", 6.0);
        const ValueId depthwise =
            node("clip", "relu6", std::move(relu6), {weighted("conv2d", "dw", window(1, 1, 8), sum)});
        Attributes twice = window(2, 0, 2);
        twice.set("output_padding", std::vector<int64_t>{0, 0});
        const ValueId up = weighted("conv_transpose2d", "up", std::move(twice), depthwise);
        Attributes flat;
        flat.set("start_dim", int64_t{1});
        flat.set("end_dim", int64_t{-1});
        const ValueId features = node("flatten", "flatten", std::move(flat), {up});
        graph.addOutput(weighted("linear", "fc", {}, features), "logits");
        return graph;
    }

  private:
    static Attributes window(int64_t stride, int64_t padding, int64_t groups) {
        Attributes attrs;
        attrs.set("stride", std::vector<int64_t>{stride, stride});
        attrs.set("padding", std::vector<int64_t>{padding, padding});
        attrs.set("dilation", std::vector<int64_t>{1, 1});
        attrs.set("groups", groups);
        return attrs;
    }
    at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, random_); }
    /// Away from zero in mean, and from smaller from one channel to the next.
    at::Tensor uneven(at::IntArrayRef shape, int64_t axis) {
        std::vector<int64_t> perChannel(shape.size(), 1);
        perChannel[static_cast<size_t>(axis)] = -1;
        const at::Tensor size = sizes(shape[static_cast<size_t>(axis)]);
        return (normal(shape) * 0.3 + 0.05) * size.reshape(perChannel);
    }
    static at::Tensor sizes(int64_t channels) { return at::pow(0.6, at::arange(channels, at::kFloat)); }

    at::Generator random_ = at::detail::createCPUGenerator(11);
    std::map<std::string, at::Tensor> weights_, biases_;
    std::map<std::string, std::vector<at::Tensor>> norms_;
};

std::vector<std::string> layers() {
    return {"conv1", "conv2", "dw", "up", "fc"};
}

/// By output channel.
at::Tensor meanOf(const at::Tensor& sum) {
    return sum.to(at::kDouble).transpose(0, 1).flatten(1).mean(1);
}

Result<QuantizedNetwork> quantized(const Graph& graph, const QConfigSpec& qconfig, const Dataset* data,
                                   std::vector<AlgorithmStep> algorithms,
                                   std::optional<Calibration> calibration = {}, Job job = {}) {
    const RuleSet rules = RuleSet::make({{RuleMatch::Global, "", qconfig}}).value();
    QS_ASSIGN(const Network reference, fold(graph));
    QuantizationSource source{reference, rules, std::move(calibration)};
    source.observe = [&](const Network& network,
                         Job& observing) -> Result<std::shared_ptr<const NetworkStatistics>> {
        QS_ASSIGN(NetworkStatistics statistics, observe(network, *data, 0, kBatch, observing));
        return std::make_shared<const NetworkStatistics>(std::move(statistics));
    };
    source.algorithms = std::move(algorithms);
    source.data = data;
    return quantizeNetwork(source, job);
}

std::vector<AlgorithmStep> biasCorrection() {
    return {{"bias_correction", {{"samples", kSamples}}}};
}

/// What the quantized layers compute of what they read, on LibTorch in float32.
Sums sumsOf(const QuantizedGraph& graph, const at::Tensor& images) {
    std::map<ValueId, std::vector<at::Tensor>> seen;
    const auto executor = makeOneDnnExecutor(graph).value();
    for (int64_t begin = 0; begin < images.size(0); begin += kBatch) {
        const std::vector<at::Tensor> batch{images.slice(0, begin, begin + kBatch)};
        seen[graph.inputs[0]].push_back(batch[0]);
        EXPECT_TRUE(executor->run(batch, [&](size_t step, std::span<const at::Tensor> outputs) {
            seen[graph.nodes[step].outputs.at(0)].push_back(outputs[0].clone());
        }));
    }
    Sums sums;
    for (const QNode& step : graph.nodes) {
        if (!step.weight) {
            continue;
        }
        at::Tensor x = at::cat(seen.at(step.inputs[0]));
        if (const auto& grid = graph.value(step.inputs[0]).qparams) {
            x = (x.to(at::kFloat) - grid->zeroPoint[0]) * grid->scale[0];
        }
        const at::Tensor weight =
            step.weightInt ? dequantize(*step.weightInt, *step.weightQParams) : *step.weight;
        const auto groups = step.attrs.get<int64_t>("groups", 1);
        at::Tensor& sum = sums[step.layer];
        if (step.op == "linear") {
            sum = at::linear(x, weight, *step.bias);
        } else if (step.op == "conv2d") {
            sum = at::conv2d(x, weight, step.bias.value_or(at::Tensor()), 1, 1, 1, groups);
        } else {
            sum = at::conv_transpose2d(x, weight, step.bias.value_or(at::Tensor()), 2, 0, 0, groups);
        }
    }
    return sums;
}

/// Greatest distance of a channel's mean from FP32's, by layer.
std::map<std::string, double> distances(const UnevenNetwork& network, const QuantizedGraph& graph,
                                        const at::Tensor& images) {
    Sums expected;
    network.forward(images, expected);
    const Sums actual = sumsOf(graph, images);
    std::map<std::string, double> distances;
    for (const std::string& layer : layers()) {
        distances[layer] = (meanOf(actual.at(layer)) - meanOf(expected.at(layer))).abs().max().item<double>();
    }
    return distances;
}

/// Of the network's output, in dB.
double sqnr(const UnevenNetwork& network, const QuantizedGraph& graph, const at::Tensor& images) {
    Sums sums;
    const at::Tensor expected = network.forward(images, sums);
    const std::vector<at::Tensor> inputs{images};
    const at::Tensor actual = makeOneDnnExecutor(graph).value()->run(inputs).value()[0];
    return 20 * std::log10(expected.norm().item<double>() / (expected - actual).norm().item<double>());
}

class BiasCorrection : public ::testing::TestWithParam<QConfigSpec> {};

TEST_P(BiasCorrection, MakesTheMeansOfAllChannelsThoseOfFp32) {
    const UnevenNetwork network;
    const StripesData data(kSamples);
    const auto plain = quantized(network.graph(), GetParam(), &data, {});
    const auto corrected = quantized(network.graph(), GetParam(), &data, biasCorrection());
    ASSERT_TRUE(plain) << plain.error().message;
    ASSERT_TRUE(corrected) << corrected.error().message;
    const auto before = distances(network, plain->converted, data.images());
    const auto after = distances(network, corrected->converted, data.images());
    for (const std::string& layer : layers()) {
        EXPECT_LT(after.at(layer), 2e-6) << layer;
        EXPECT_GT(before.at(layer), 50 * after.at(layer)) << layer;
    }
    std::vector<std::string> changed;
    for (const ChangedLayer& layer : corrected->reports.at(0).layers) {
        changed.push_back(layer.layer);
        EXPECT_GT(layer.biasChange, 0) << layer.layer;
    }
    EXPECT_EQ(changed, layers());
}

/// What no integer kernel has: simulated.
QConfigSpec wideActivations() {
    QConfigSpec qconfig{"qnnpack"};
    qconfig.activation.dtype = DType::Int16;
    return qconfig;
}

INSTANTIATE_TEST_SUITE_P(QConfigs, BiasCorrection,
                         ::testing::Values(QConfigSpec{"qnnpack"}, QConfigSpec{"weight_only"},
                                           QConfigSpec{"dynamic"}, wideActivations()),
                         [](const auto& info) {
                             return info.param.activation.dtype ? std::string("simulated")
                                                                : info.param.preset;
                         });

TEST(BiasCorrection, RaisesTheOutputsSqnrWhereAWeightHasOneScale) {
    const UnevenNetwork network;
    const StripesData data(kSamples);
    const StripesData others(256, /*seed=*/5);
    const auto plain = quantized(network.graph(), {"qnnpack"}, &data, {});
    const auto corrected = quantized(network.graph(), {"qnnpack"}, &data, biasCorrection());
    ASSERT_TRUE(plain && corrected);
    const double before = sqnr(network, plain->converted, others.images());
    const double after = sqnr(network, corrected->converted, others.images());
    RecordProperty("before", std::to_string(before));
    RecordProperty("after", std::to_string(after));
    EXPECT_GT(after, before + 2) << before << " dB before";
}

TEST(BiasCorrection, IsTheSameWithoutDataFromWhatItChose) {
    const UnevenNetwork network;
    const StripesData data(kSamples);
    const auto ran = quantized(network.graph(), {"qnnpack"}, &data, biasCorrection());
    ASSERT_TRUE(ran) << ran.error().message;
    ASSERT_TRUE(ran->algorithms.at(0).chosen);
    const auto again =
        quantized(network.graph(), {"qnnpack"}, nullptr, ran->algorithms, ran->encodings.activations);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->converted.nodes.size(), ran->converted.nodes.size());
    for (size_t i = 0; i < ran->converted.nodes.size(); ++i) {
        const QNode &first = ran->converted.nodes[i], &second = again->converted.nodes[i];
        ASSERT_EQ(first.bias.has_value(), second.bias.has_value());
        EXPECT_TRUE(!first.bias || at::equal(*first.bias, *second.bias)) << first.layer;
    }
    const std::vector<at::Tensor> inputs{data.images()};
    EXPECT_TRUE(at::equal(makeOneDnnExecutor(ran->converted).value()->run(inputs).value()[0],
                          makeOneDnnExecutor(again->converted).value()->run(inputs).value()[0]));
}

TEST(BiasCorrection, LeavesLayersInFloatAlone) {
    const UnevenNetwork network;
    const StripesData data(kSamples);
    const auto made = quantized(network.graph(), {"fp32"}, &data, biasCorrection());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->reports.at(0).layers, IsEmpty());
    EXPECT_THAT(*made->algorithms.at(0).chosen, IsEmpty());
}

TEST(BiasCorrection, StopsWhenItIsAskedTo) {
    const UnevenNetwork network;
    const StripesData data(kSamples);
    const auto ready = quantized(network.graph(), {"qnnpack"}, &data, {});
    ASSERT_TRUE(ready);
    CancelToken token;
    const auto stop = [&](const Progress& progress) {
        if (progress.message == "Correcting biases") {
            token.cancel();
        }
    };
    const auto made = quantized(network.graph(), {"qnnpack"}, &data, biasCorrection(),
                                ready->encodings.activations, Job(stop, token));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace qs
