#include "quant/qat.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "quant/networks.h"
#include "quant/qat/fake_quant_network.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs {
namespace {

using test::prepared;
using test::smallNetwork;
using test::StripesData;
using testing::HasSubstr;

template <typename T>
T get(Result<T> result) {
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return std::move(result).value();
}

Calibration calibrated(const PreparedModel& model) {
    StripesData data(96);
    Job job;
    return get(calibrate(model, data, 0, 32, job)).activations;
}

std::vector<at::Tensor> constantsOf(const Graph& graph) {
    std::vector<at::Tensor> constants;
    for (const auto& value : graph.values()) {
        if (value.constant) {
            constants.push_back(value.constant->clone());
        }
    }
    return constants;
}

bool sameConstants(const Graph& graph, const std::vector<at::Tensor>& expected) {
    const auto constants = constantsOf(graph);
    return constants.size() == expected.size() &&
           std::equal(constants.begin(), constants.end(), expected.begin(),
                      [](const at::Tensor& a, const at::Tensor& b) { return a.equal(b); });
}

bool close(const at::Tensor& a, const at::Tensor& b, double tolerance = 1e-4) {
    return at::allclose(a, b, tolerance, tolerance);
}

/// A convolution with batch norm alone, its weight on integers and its output not.
struct ConvBn {
    PreparedModel model;
    at::Tensor weight, gamma, beta, mean, variance, x;
};

ConvBn convBn() {
    ConvBn net;
    const Graph whole = smallNetwork();
    Graph graph;
    const ValueId x = graph.addInput("x");
    std::vector<ValueId> inputs{x};
    const Node& conv = *whole.findNode("conv2");
    const Node& norm = *whole.findNode("conv2_bn");
    net.weight = whole.constant(conv.inputs[1]).clone();
    inputs.push_back(graph.addConstant("conv.weight", net.weight));
    const ValueId y = graph.node(graph.addNode("conv2d", "conv", conv.attrs, inputs, {"y"})).outputs[0];
    at::Tensor* parameters[] = {&net.gamma, &net.beta, &net.mean, &net.variance};
    inputs = {y};
    for (size_t i = 0; i < 4; ++i) {
        *parameters[i] = whole.constant(norm.inputs[i + 1]).clone();
        inputs.push_back(graph.addConstant("bn." + std::to_string(i), *parameters[i]));
    }
    const ValueId z = graph.node(graph.addNode("batch_norm", "bn", norm.attrs, inputs, {"z"})).outputs[0];
    graph.addOutput(z, "z");
    net.model = prepared(std::move(graph), "onednn");
    net.model.observed.clear();
    net.x = at::linspace(-2, 3, 4 * 8 * 6 * 6).sin().reshape({4, 8, 6, 6});
    return net;
}

TEST(FakeQuantNetwork, LiveConvBnIsScaleQuantizeConvolveUndoNormalize) {
    ConvBn net = convBn();
    auto network = get(FakeQuantNetwork::make(net.model, {}));
    network.setLive(true);
    const at::Tensor y = get(network.forward({net.x}));
    const at::Tensor direction = at::linspace(-1, 1, y.numel()).cos().reshape(y.sizes());
    (y * direction).sum().backward();

    for (at::Tensor* parameter : {&net.weight, &net.gamma, &net.beta}) {
        *parameter = parameter->detach().clone().requires_grad_();
    }
    const at::Tensor factor = net.gamma / (net.variance + 1e-5).sqrt();
    const at::Tensor scaled = net.weight * factor.reshape({-1, 1, 1, 1});
    const at::Tensor quantized =
        fakeQuantize(scaled, get(chooseWeightGrid(scaled, findPreset("onednn")->weight, 0)));
    const at::Tensor conv = at::conv2d(net.x, quantized, {}, {1, 1}, {1, 1}) / factor.reshape({1, -1, 1, 1});
    at::Tensor mean = net.mean.clone(), variance = net.variance.clone();
    const at::Tensor expected =
        at::batch_norm(conv, net.gamma, net.beta, mean, variance, true, 0.1, 1e-5, false);
    (expected * direction).sum().backward();

    EXPECT_TRUE(close(y, expected, 1e-5));
    const auto parameters = network.parameters();
    ASSERT_EQ(parameters.size(), 3u);
    EXPECT_TRUE(close(parameters[0].grad(), net.weight.grad()));
    EXPECT_TRUE(close(parameters[1].grad(), net.gamma.grad()));
    EXPECT_TRUE(close(parameters[2].grad(), net.beta.grad()));
    const Graph after = network.graph();
    const Node& norm = *after.findNode("bn");
    EXPECT_TRUE(close(after.constant(norm.inputs[3]), mean, 1e-6));
    EXPECT_TRUE(close(after.constant(norm.inputs[4]), variance, 1e-6));
    EXPECT_FALSE(mean.equal(net.mean));
}

TEST(FakeQuantNetwork, FrozenConvBnHasTheGradientsOfTheUndoneOne) {
    ConvBn net = convBn();
    auto network = get(FakeQuantNetwork::make(net.model, {}));
    const at::Tensor y = get(network.forward({net.x}));
    const at::Tensor direction = at::linspace(-1, 1, y.numel()).cos().reshape(y.sizes());
    (y * direction).sum().backward();

    net.weight = net.weight.detach().clone().requires_grad_();
    net.gamma = net.gamma.detach().clone().requires_grad_();
    const at::Tensor factor = net.gamma / (net.variance + 1e-5).sqrt();
    const at::Tensor scaled = net.weight * factor.reshape({-1, 1, 1, 1});
    const at::Tensor quantized =
        fakeQuantize(scaled, get(chooseWeightGrid(scaled, findPreset("onednn")->weight, 0)));
    const at::Tensor conv = at::conv2d(net.x, quantized, {}, {1, 1}, {1, 1}) / factor.reshape({1, -1, 1, 1});
    const at::Tensor expected =
        at::batch_norm(conv, net.gamma, net.beta, net.mean, net.variance, false, 0.1, 1e-5, false);
    (expected * direction).sum().backward();

    EXPECT_TRUE(close(y, expected, 1e-5));
    EXPECT_TRUE(close(network.parameters()[0].grad(), net.weight.grad()));
    EXPECT_TRUE(close(network.parameters()[1].grad(), net.gamma.grad(), 1e-3));
}

TEST(FakeQuantNetwork, AChannelWithoutGammaStaysFinite) {
    ConvBn net = convBn();
    const Node& norm = *net.model.graph.findNode("bn");
    net.model.graph.value(norm.inputs[1]).constant->select(0, 2).zero_();
    auto network = get(FakeQuantNetwork::make(net.model, {}));
    for (const bool live : {true, false}) {
        network.setLive(live);
        const at::Tensor y = get(network.forward({net.x}));
        y.sum().backward();
        EXPECT_TRUE(y.isfinite().all().item<bool>());
        for (const auto& parameter : network.parameters()) {
            EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>());
        }
    }
}

TEST(FakeQuantNetwork, ParametersOfOneTensorButOfTwoValuesAreTrainedApart) {
    Graph graph = smallNetwork();
    const ValueId first = graph.findNode("conv1_bn")->inputs[3],
                  second = graph.findNode("conv2_bn")->inputs[3];
    graph.value(second).constant = graph.constant(first);
    auto network = get(FakeQuantNetwork::make(prepared(graph, "onednn"), {}));
    network.setLive(true);
    ASSERT_TRUE(network.forward({StripesData(30).images()}));
    EXPECT_FALSE(network.graph().constant(first).equal(network.graph().constant(second)));
}

class EveryPreset : public testing::TestWithParam<std::string> {};

TEST_P(EveryPreset, FrozenNetworkComputesWhatTheConvertedOneDoes) {
    const at::NoGradGuard noGrad;
    const at::Tensor images = StripesData(60, /*seed=*/11).images();
    for (const std::vector<std::string>& restored :
         {std::vector<std::string>{}, {"conv2"}, {"conv1", "fc"}, {"dw"}, {"conv1", "conv2"}}) {
        SCOPED_TRACE(testing::PrintToString(restored));
        PreparedModel model = prepared(smallNetwork(), GetParam(), restored);
        const Calibration initial = calibrated(model);
        auto network = get(FakeQuantNetwork::make(model, initial));
        network.setLive(true);
        ASSERT_TRUE(
            network.forward({images * 1.2}));  // moves statistics and ranges away from where they began
        network.setLive(false);
        const at::Tensor simulated = get(network.forward({images}));

        model = prepared(network.graph(), GetParam(), restored);
        const Calibration trained = get(network.calibration());
        auto executor =
            get(makeReferenceExecutor(get(convert(model, get(test::encodingsWith(model, trained))))));
        const at::Tensor converted = get(executor->run(std::span(&images, 1)))[0];
        // The bias is rounded in the converted network, so that a value at a tie may land one step away, and
        // move its readers: few logits differ, and by no more than two steps.
        const auto output = trained.find(std::string("fc.out"));
        const double step = output == trained.end() ? 0.05 : output->second.scale[0];
        const at::Tensor difference = (simulated - converted).abs();
        EXPECT_LT(difference.mean().item<double>(), 0.1 * step);
        EXPECT_LT(difference.max().item<double>(), 2.01 * step);
    }
}

INSTANTIATE_TEST_SUITE_P(Static, EveryPreset, testing::Values("fbgemm", "onednn", "qnnpack", "tensorrt"),
                         [](const auto& param) { return param.param; });

QatSettings quickSettings() {
    QatSettings settings;
    settings.epochs = 4;
    settings.learningRate = 0.05;
    settings.batch = 32;
    return settings;
}

TEST(TrainQat, LearnsAndLeavesTheModelAlone) {
    const PreparedModel model = prepared(smallNetwork(), "fbgemm");
    const auto before = constantsOf(model.graph);
    StripesData train(480), validation(90, 99);
    std::vector<TrainingPoint> live;
    Job job([](const Progress&) {}, {}, [&](const TrainingPoint& point) { live.push_back(point); });
    const QatResult result = get(trainQat(model, calibrated(model), train, validation, quickSettings(), job));

    EXPECT_TRUE(sameConstants(model.graph, before));
    ASSERT_GT(result.curve.size(), 8u);
    EXPECT_EQ(live.size(), result.curve.size());
    EXPECT_LT(result.curve.back().loss, 0.5 * result.curve.front().loss);
    EXPECT_GT(result.curve.back().validationTop1, 90);
    EXPECT_EQ(result.curve.back().epoch, 4);
    EXPECT_EQ(result.curve.back().step, 4 * (480 / 32));
    EXPECT_EQ(std::count_if(result.curve.begin(), result.curve.end(),
                            [](const TrainingPoint& point) { return point.validationTop1 >= 0; }),
              4);
    EXPECT_EQ(result.calibration.size(), model.observed.size());
    for (const auto& value : model.graph.values()) {
        EXPECT_EQ(result.graph.value(value.id).name, value.name);
        EXPECT_FALSE(value.constant && result.graph.constant(value.id).requires_grad());
    }
    EXPECT_FALSE(sameConstants(result.graph, before));
}

TEST(TrainQat, TheSameSeedGivesTheSameNetwork) {
    const PreparedModel model = prepared(smallNetwork(), "onednn", {"fc"});
    StripesData train(96), validation(30);
    QatSettings settings = quickSettings();
    settings.epochs = 1;
    Job job;
    const QatResult first = get(trainQat(model, calibrated(model), train, validation, settings, job));
    const QatResult again = get(trainQat(model, calibrated(model), train, validation, settings, job));
    EXPECT_TRUE(sameConstants(first.graph, constantsOf(again.graph)));
    EXPECT_EQ(first.calibration, again.calibration);
    settings.seed = 2;
    const QatResult other = get(trainQat(model, calibrated(model), train, validation, settings, job));
    EXPECT_FALSE(sameConstants(first.graph, constantsOf(other.graph)));
}

TEST(TrainQat, StopsWhenAskedAndLosesNothing) {
    const PreparedModel model = prepared(smallNetwork(), "onednn");
    const auto before = constantsOf(model.graph);
    StripesData train(480), validation(30);
    CancelToken token;
    int points = 0;
    Job job([](const Progress&) {}, token,
            [&](const TrainingPoint&) {
                if (++points == 3) {
                    token.cancel();
                }
            });
    const auto result = trainQat(model, calibrated(model), train, validation, quickSettings(), job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(points, 3);
    EXPECT_TRUE(sameConstants(model.graph, before));
}

std::string failureOf(Dataset& train, Dataset& validation, const QatSettings& settings, ErrorKind kind) {
    const PreparedModel model = prepared(smallNetwork(), "onednn");
    Job job;
    const auto result = trainQat(model, calibrated(model), train, validation, settings, job);
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind);
    return result.error().message;
}

TEST(TrainQat, SaysWhereTrainingDivergedAndLeavesTheModelAlone) {
    const PreparedModel model = prepared(smallNetwork(), "onednn");
    const auto before = constantsOf(model.graph);
    StripesData train(96), validation(30);
    QatSettings settings = quickSettings();
    settings.learningRate = 1e30;
    Job job;
    const auto result = trainQat(model, calibrated(model), train, validation, settings, job);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("training diverged at step "));
    EXPECT_THAT(result.error().message, HasSubstr(" of epoch 1 ("));
    EXPECT_TRUE(sameConstants(model.graph, before));
}

TEST(TrainQat, SaysWhatIsWrong) {
    StripesData good(64), bare(64, 3, /*labelled=*/false), strange(64);
    strange.relabel(12);
    QatSettings settings = quickSettings();
    EXPECT_THAT(failureOf(bare, good, settings, ErrorKind::Failed), HasSubstr("training data has no labels"));
    EXPECT_THAT(failureOf(good, bare, settings, ErrorKind::Failed),
                HasSubstr("validation data has no labels"));
    EXPECT_THAT(failureOf(strange, good, settings, ErrorKind::Failed), HasSubstr("label 12"));
    settings.learningRate = 1e12;
    EXPECT_THAT(failureOf(good, good, settings, ErrorKind::Failed), HasSubstr("learning rate"));
    settings.learningRate = -1;
    EXPECT_THAT(failureOf(good, good, settings, ErrorKind::Usage), HasSubstr("learning rate"));
    settings = quickSettings();
    settings.epochs = 0;
    EXPECT_THAT(failureOf(good, good, settings, ErrorKind::Usage), HasSubstr("epoch"));
}

}  // namespace
}  // namespace qs
