// Local errors against arithmetic in ATen, and networks in which one layer is spoiled, and others, whose
// accumulated error is worse, are its victims or of no weight.

#include "analysis/contributions.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/fake_quantize_per_channel_affine.h>
#include <ATen/ops/fake_quantize_per_tensor_affine.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "analysis/layer_error.h"
#include "quant/networks.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

constexpr int64_t kChannels = 8;

/// Two ways from a stem to a sum, behind it a head: a1, a2; and b0, b1, b2. On the second way b1 takes
/// differences of channels that are nearly equal, so that what is left of its signal after rounding is
/// little; b2 makes it small beside a2's.
struct TwoWays {
    std::map<std::string, at::Tensor> weights;
    std::map<std::string, at::Tensor> biases;
    std::string op = "relu";  ///< behind a1
    std::vector<Rule> rules{{RuleMatch::Global, "", {"onednn"}}};
    std::function<void(Encodings&)> spoil = [](Encodings&) {};
    StripesData data{64};

    TwoWays() {
        auto random = at::detail::createCPUGenerator(5);
        const auto conv = [&](const std::string& name, int64_t in, int64_t groups = 1) {
            weights[name] = at::randn({kChannels, in / groups, 3, 3}, random) /
                            std::sqrt(9.0 * static_cast<double>(in / groups));
            biases[name] = at::randn({kChannels}, random) * 0.1;
        };
        conv("stem", 2);
        conv("a1", kChannels);
        conv("a2", kChannels, kChannels);
        conv("b0", kChannels);
        conv("b2", kChannels);
        weights["b0"] = weights["b0"] * 0.02 + at::randn({1, kChannels, 3, 3}, random);
        weights["b2"] = weights["b2"] * 0.01;
        const at::Tensor one = at::eye(kChannels);
        weights["b1"] = (one - one.roll({1}, {1})).view({kChannels, kChannels, 1, 1}).contiguous();
        biases["b1"] = at::zeros({kChannels});
        weights["fc"] = at::randn({3, kChannels}, random);
        biases["fc"] = at::zeros({3});
    }

    Graph graph() const {
        Graph g;
        const auto add = [&g](const std::string& op, const std::string& name, Attributes attrs,
                              std::vector<ValueId> inputs) {
            return g.node(g.addNode(op, name, std::move(attrs), std::move(inputs), {name + ".out"}))
                .outputs[0];
        };
        const auto conv = [&](const std::string& name, ValueId x) {
            const at::Tensor& weight = weights.at(name);
            Attributes attrs;
            const int64_t pad = weight.size(2) / 2;
            attrs.set("stride", std::vector<int64_t>{1, 1});
            attrs.set("padding", std::vector<int64_t>{pad, pad});
            attrs.set("dilation", std::vector<int64_t>{1, 1});
            attrs.set("groups", kChannels / weight.size(1) > 1 && name != "stem" ? kChannels : int64_t{1});
            return add(
                "conv2d", name, std::move(attrs),
                {x, g.addConstant(name + ".weight", weight), g.addConstant(name + ".bias", biases.at(name))});
        };
        const ValueId stem = add("relu", "stem_relu", {}, {conv("stem", g.addInput("image"))});
        ValueId a1 = conv("a1", stem);
        if (!op.empty()) {
            a1 = add(op, "a1_activation", {}, {a1});
        }
        const ValueId a2 = add("relu", "a2_relu", {}, {conv("a2", a1)});
        const ValueId b2 = conv("b2", conv("b1", conv("b0", stem)));
        const ValueId sum = add("add", "sum", {}, {b2, a2});
        Attributes one;
        one.set("output_size", std::vector<int64_t>{1, 1});
        const ValueId pooled = add("adaptive_avg_pool2d", "pool", std::move(one), {sum});
        Attributes flat;
        flat.set("start_dim", int64_t{1});
        flat.set("end_dim", int64_t{-1});
        const ValueId features = add("flatten", "flatten", std::move(flat), {pooled});
        const ValueId logits = add("linear", "fc", {},
                                   {features, g.addConstant("fc.weight", weights.at("fc")),
                                    g.addConstant("fc.bias", biases.at("fc"))});
        g.addOutput(logits, "logits");
        return g;
    }

    struct Measured {
        std::map<std::string, Contribution> contributions;
        std::map<std::string, ErrorMetrics> accumulated;
        Encodings encodings;
    };

    Measured measure() const {
        Job job;
        const Network network = fold(graph()).value();
        const PreparedModel model = prepare(network, RuleSet::make(rules).value()).value();
        Measured measured;
        measured.encodings = calibrate(model, data, 64, 16, job).value();
        spoil(measured.encodings);
        const auto quantized = makeOneDnnExecutor(convert(model, measured.encodings).value()).value();
        const auto reference = makeOneDnnExecutor(convertFloat(network).value()).value();
        StripesData samples = data;
        auto contributed = contributions(*reference, *quantized, samples, 32, 16, job);
        EXPECT_TRUE(contributed) << contributed.error().message;
        measured.contributions = std::move(contributed).value();
        measured.accumulated = layerErrors(*reference, *quantized, samples, 32, 16, job).value();
        return measured;
    }
};

std::string worstShare(const TwoWays::Measured& measured) {
    return std::ranges::max_element(measured.contributions, {},
                                    [](const auto& entry) { return entry.second.share.value_or(-1); })
        ->first;
}

std::string worstAccumulated(const TwoWays::Measured& measured) {
    return std::ranges::min_element(measured.accumulated, {},
                                    [](const auto& entry) { return entry.second.sqnrDb().value_or(1e9); })
        ->first;
}

at::Tensor onGrid(const at::Tensor& x, const QParams& grid) {
    return at::fake_quantize_per_tensor_affine(x, grid.scale[0], grid.zeroPoint[0], grid.quantMin,
                                               grid.quantMax);
}

double sqnr(const at::Tensor& x, const at::Tensor& y) {
    return 20 * std::log10((x.norm() / (x - y).norm()).item<double>());
}

TEST(Contributions, AreWhatArithmeticInAtenGives) {
    const TwoWays scene;
    const TwoWays::Measured measured = scene.measure();
    const auto& grids = measured.encodings.activations;
    const auto weightOnGrid = [&](const std::string& layer) {
        const QParams& grid = measured.encodings.weights.at(layer);
        std::vector<float> scales(grid.scale.begin(), grid.scale.end());
        return at::fake_quantize_per_channel_affine(
            scene.weights.at(layer), at::tensor(scales),
            at::zeros({static_cast<int64_t>(scales.size())}, at::kInt), 0, grid.quantMin, grid.quantMax);
    };
    const auto conv = [&](const std::string& name, const at::Tensor& x, const at::Tensor& weight,
                          int64_t groups = 1) {
        return at::conv2d(x, weight, scene.biases.at(name), 1, weight.size(2) / 2, 1, groups);
    };
    const auto& w = scene.weights;
    const at::Tensor x = scene.data.images().slice(0, 0, 32);
    const at::Tensor stem = at::relu(conv("stem", x, w.at("stem")));
    const auto tail = [&](const at::Tensor& a1) {
        const at::Tensor a2 = at::relu(conv("a2", a1, w.at("a2"), kChannels));
        const at::Tensor b2 = conv("b2", conv("b1", conv("b0", stem, w.at("b0")), w.at("b1")), w.at("b2"));
        return at::linear((a2 + b2).mean({2, 3}), w.at("fc"), scene.biases.at("fc"));
    };
    // The stem rounds the image by itself; a1 reads what the stem has rounded.
    const at::Tensor stemActual =
        onGrid(at::relu(conv("stem", onGrid(x, grids.at({"image"})), weightOnGrid("stem"))),
               grids.at({"stem_relu.out"}));
    EXPECT_NEAR(*measured.contributions.at("stem").local.sqnrDb(), sqnr(stem, stemActual), 0.1);
    const at::Tensor rounded = onGrid(stem, grids.at({"stem_relu.out"}));
    const at::Tensor expected = at::relu(conv("a1", rounded, w.at("a1")));
    const at::Tensor actual =
        onGrid(at::relu(conv("a1", rounded, weightOnGrid("a1"))), grids.at({"a1_activation.out"}));
    const Contribution& a1 = measured.contributions.at("a1");
    EXPECT_NEAR(*a1.local.sqnrDb(), sqnr(expected, actual), 0.1);
    const at::Tensor a1Float = at::relu(conv("a1", stem, w.at("a1")));
    const at::Tensor output = tail(a1Float);
    const at::Tensor changed = tail(a1Float + (actual - expected));
    const double noise = std::pow(10, -sqnr(output, changed) / 10);
    EXPECT_NEAR(*a1.noise / noise, 1, 0.05);
    double sum = 0;
    for (const auto& [name, contribution] : measured.contributions) {
        sum += *contribution.share;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(Contributions, AddUpToTheErrorOfTheOutputs) {
    const TwoWays::Measured measured = TwoWays().measure();
    double sum = 0;
    for (const auto& [name, contribution] : measured.contributions) {
        sum += *contribution.noise;
    }
    const double output = -10 * std::log10(sum);
    EXPECT_NEAR(output, *measured.accumulated.at("fc").sqnrDb(), 3);
}

TEST(Contributions, LayersInFloatHaveNone) {
    TwoWays scene;
    scene.rules.push_back({RuleMatch::Layer, "a1", {"fp32"}});
    const TwoWays::Measured measured = scene.measure();
    EXPECT_FALSE(measured.contributions.contains("a1"));
    EXPECT_TRUE(measured.contributions.contains("a2"));
}

/// A boundary keeps the grid of a layer that goes back to FP32: who reads it rounds then, and is named.
TEST(Contributions, TheReaderOfARestoredLayersCoarseGridIsNamedNext) {
    TwoWays scene;
    scene.spoil = [](Encodings& encodings) {
        encodings.activations.at({"a1_activation.out"}).scale[0] *= 30;
    };
    const TwoWays::Measured before = scene.measure();
    ASSERT_EQ(worstShare(before), "a1");
    scene.rules.push_back({RuleMatch::Layer, "a1", {"fp32"}});
    const TwoWays::Measured after = scene.measure();
    EXPECT_EQ(worstShare(after), "a2");
    scene.rules.push_back({RuleMatch::Layer, "a2", {"fp32"}});
    scene.spoil = [](Encodings&) {};
    const TwoWays::Measured both = scene.measure();
    EXPECT_GT(*both.accumulated.at("fc").sqnrDb(), *after.accumulated.at("fc").sqnrDb() + 6);
    EXPECT_NEAR(*after.accumulated.at("fc").sqnrDb(), *before.accumulated.at("fc").sqnrDb(), 3);
}

struct Fault {
    std::string name;
    std::string culprit;
    std::function<void(TwoWays&)> make;
};

void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.name;
}

QConfigSpec withActivation(DType dtype) {
    QConfigSpec spec{"onednn"};
    spec.activation.dtype = dtype;
    return spec;
}

QConfigSpec withWeight(DType dtype) {
    QConfigSpec spec{"onednn"};
    spec.weight.dtype = dtype;
    return spec;
}

std::function<void(Encodings&)> scaledGrid(const std::string& value, double factor) {
    return [=](Encodings& encodings) {
        QParams& grid = encodings.activations.at({value});
        grid.scale[0] *= factor;
    };
}

std::vector<Fault> faults() {
    const auto rule = [](const std::string& layer, const QConfigSpec& spec) {
        return [=](TwoWays& scene) { scene.rules.push_back({RuleMatch::Layer, layer, spec}); };
    };
    const auto grid = [](const std::string& value, double factor) {
        return [=](TwoWays& scene) { scene.spoil = scaledGrid(value, factor); };
    };
    /// Output channel 0 of a1 times `factor`, which a2 takes back: FP32 stays as it is.
    const auto rescale = [](TwoWays& scene, double factor) {
        scene.weights["a1"][0] *= factor;
        scene.biases["a1"][0] *= factor;
        scene.weights["a2"][0] /= factor;
    };
    return {
        {"TwoBitWeights", "a1", rule("a1", withWeight(DType::Int2))},
        {"FourBitWeights", "a2", rule("a2", withWeight(DType::Int4))},
        {"FourBitActivation", "a1", rule("a1", withActivation(DType::UInt4))},
        {"TooWideARange", "a1", grid("a1_activation.out", 30)},
        {"TooNarrowARange", "a1", grid("a1_activation.out", 0.3)},
        {"TooNarrowARangeOfTheLast", "a2", grid("a2_relu.out", 0.4)},
        {"TooNarrowARangeOfTheStem", "stem", grid("stem_relu.out", 0.3)},
        {"ChannelThatRulesTheRangeOfActivations", "a1", [=](TwoWays& scene) { rescale(scene, 60); }},
        {"ChannelThatRulesTheScaleOfWeights", "a1",
         [=](TwoWays& scene) {
             scene.rules = {{RuleMatch::Global, "", {"qnnpack"}}};
             // A channel that the ReLU keeps silent: its weights alone are large.
             scene.weights["a1"][0] *= 100;
             scene.biases["a1"][0] = -1e4;
         }},
        {"OneWeightFarOff", "fc",
         [=](TwoWays& scene) {
             scene.rules = {{RuleMatch::Global, "", {"qnnpack"}}};
             // Of a feature that is zero.
             scene.weights["a2"][3] = 0;
             scene.biases["a2"][3] = -1;
             scene.weights["b2"][3] = 0;
             scene.biases["b2"][3] = 0;
             scene.weights["fc"][0][3] = 60;
         }},
        {"GridWithTooFewNegativeNumbers", "a1",
         [=](TwoWays& scene) {
             scene.op = "";
             scene.spoil = [](Encodings& encodings) {
                 encodings.activations.at({"a1.out"}).zeroPoint[0] /= 3;
             };
         }},
        {"WrongScalesOfWeights", "a1",
         [=](TwoWays& scene) {
             scene.spoil = [](Encodings& encodings) {
                 for (double& scale : encodings.weights.at("a1").scale) {
                     scale *= 20;
                 }
             };
         }},
    };
}

class OneFault : public testing::TestWithParam<Fault> {};

TEST_P(OneFault, IsFoundBehindItsVictims) {
    const Fault& fault = GetParam();
    TwoWays scene;
    fault.make(scene);
    const TwoWays::Measured measured = scene.measure();
    EXPECT_EQ(worstShare(measured), fault.culprit);
    EXPECT_GT(*measured.contributions.at(fault.culprit).share, 0.5);
    EXPECT_NE(worstAccumulated(measured), fault.culprit);
    // Without the fault it is not the culprit, or far less so.
    const TwoWays::Measured sound = TwoWays().measure();
    EXPECT_LT(*sound.contributions.at(fault.culprit).noise,
              0.2 * *measured.contributions.at(fault.culprit).noise);
    for (const auto& [name, contribution] : measured.contributions) {
        RecordProperty(name, std::to_string(100 * *contribution.share) + " % " +
                                 std::to_string(contribution.local.sqnrDb().value_or(0)) + " dB, " +
                                 std::to_string(measured.accumulated.at(name).sqnrDb().value_or(0)));
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, OneFault, testing::ValuesIn(faults()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
