// Training of networks as files hold them, against PyTorch's own modules and autograd.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <unistd.h>

#include <map>
#include <string>

#include "importers/importer.h"
#include "ops/evaluate.h"
#include "quant/networks.h"
#include "quant/qat.h"
#include "quant/qat/fake_quant_network.h"

namespace qs {
namespace {

using at::Tensor;
using test::prepared;
using test::StripesData;
using testing::AllOf;
using testing::HasSubstr;
using Tensors = std::map<std::string, Tensor>;

constexpr int64_t kChannels = 6;

template <typename T>
T get(Result<T> result) {
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return std::move(result).value();
}

class TrainedFile : public testing::Test {
  protected:
    TrainedFile() { at::manual_seed(5); }

    static Tensors weights() {
        return {{"w", at::randn({kChannels, 2, 3, 3}) * 0.4},
                {"dw", at::randn({kChannels, 1, 3, 3}) * 0.4},
                {"fw", at::randn({3, kChannels}) * 0.5},
                {"fb", at::randn({3}) * 0.1}};
    }

    /// Statistics that no batch of the data has.
    static Tensors statistics() {
        return {{"gamma", at::rand({kChannels}) + 0.5},
                {"beta", at::randn({kChannels}) * 0.3},
                {"mean", at::randn({kChannels}) * 2},
                {"var", at::rand({kChannels}) * 4 + 3}};
    }

    static torch::jit::Module module(const Tensors& parameters, const Tensors& buffers) {
        torch::jit::Module made("__torch__.Network");
        for (const auto& [name, tensor] : parameters) {
            made.register_parameter(name, tensor, false);
        }
        for (const auto& [name, tensor] : buffers) {
            made.register_buffer(name, tensor);
        }
        return made;
    }

    /// The network that the module's file holds; `batch` samples of 2 x 8 x 8.
    static Graph opened(const torch::jit::Module& module, int64_t batch = 4) {
        const std::string path = ::testing::TempDir() + "qat_models" + std::to_string(getpid()) + ".pt";
        module.save(path);
        return get(openModel(path, {{"", {batch, 2, 8, 8}}})).graph;
    }

    static Tensor outputOf(const Graph& graph, const Tensor& images) {
        return get(evaluate(graph, std::span(&images, 1))).at(0);
    }

    static Result<QatResult> trained(const Graph& graph, const QatSettings& settings, int64_t samples = 96) {
        const PreparedModel model = prepared(graph, "onednn");
        StripesData train(samples), validation(30, 99);
        Job job;
        return trainQat(model, get(calibrate(model, train, 0, 32, job)).activations, train, validation,
                        settings, job);
    }
};

constexpr char kHead[] =
    "    y = torch.flatten(torch.adaptive_avg_pool2d(torch.relu(y), [1, 1]), 1)\n"
    "    return torch.linear(y, self.fw, self.fb)\n";

/// What follows `y = torch.conv2d(x, self.w, ...)`.
struct FrozenCase {
    const char* name;
    const char* body;
};

void PrintTo(const FrozenCase& frozen, std::ostream* out) {
    *out << frozen.name;
}

class FrozenScale : public TrainedFile, public testing::WithParamInterface<FrozenCase> {};

TEST_P(FrozenScale, IsNotTrainedAsABatchNormOfTheBatch) {
    auto made = module(weights(), statistics());
    made.define(std::string("def forward(self, x):\n"
                            "    y = torch.conv2d(x, self.w, None, [1, 1], [1, 1])\n") +
                GetParam().body + kHead);
    const Graph graph = opened(made);
    QatSettings settings;
    settings.learningRate = 1e-7;
    settings.batch = 16;
    const QatResult result = get(trained(graph, settings));

    const Tensor images = StripesData(60, 11).images();
    const Tensor before = outputOf(graph, images), after = outputOf(result.graph, images);
    EXPECT_LT((before - made.forward({images}).toTensor()).abs().max().item<double>(), 1e-4);
    EXPECT_LT((after - before).abs().max().item<double>(), 1e-4);
    EXPECT_FALSE(after.equal(before));  // the weights are trained
}

INSTANTIATE_TEST_SUITE_P(
    Forms, FrozenScale,
    testing::Values(
        FrozenCase{"TorchvisionFrozenBatchNorm",
                   "    scale = (self.gamma * torch.rsqrt(self.var + 1e-5)).reshape(1, -1, 1, 1)\n"
                   "    y = y * scale + (self.beta.reshape(1, -1, 1, 1) - self.mean.reshape(1, -1, 1, 1) * "
                   "scale)\n"},
        FrozenCase{
            "Detectron2FrozenBatchNorm",
            "    y = torch.batch_norm(y, self.gamma, self.beta, self.mean, self.var, False, 0.1, 1e-5, "
            "False)\n"},
        FrozenCase{
            "FrozenBatchNormAlone",
            "    y = torch.batch_norm(torch.relu(y), self.gamma, self.beta, self.mean, self.var, False, "
            "0.1, 1e-5, False)\n"},
        FrozenCase{"LayerScale",
                   "    z = torch.conv2d(torch.relu(y), self.dw, None, [1, 1], [1, 1], [1, 1], 6)\n"
                   "    y = z * self.gamma.reshape(-1, 1, 1) + y\n"},
        FrozenCase{"Constant", "    y = y * 0.05\n"}),
    [](const auto& param) { return param.param.name; });

TEST_F(TrainedFile, FiltersThatAreBuffersStay) {
    Tensors parameters = weights(), buffers = statistics();
    buffers["blur"] = at::full({kChannels, 1, 3, 3}, 1.0 / 9);
    buffers["blur"][0][0][1][1] = 0.2;
    auto made = module(parameters, buffers);
    made.define(
        std::string("def forward(self, x):\n"
                    "    y = torch.conv2d(x, self.w, None, [1, 1], [1, 1])\n"
                    "    y = torch.conv2d(torch.relu(y), self.blur, None, [1, 1], [1, 1], [1, 1], 6)\n") +
        kHead);
    QatSettings settings;
    settings.learningRate = 0.01;
    const QatResult result = get(trained(opened(made), settings));
    std::map<std::string, Tensor> after;
    for (const Value& value : result.graph.values()) {
        if (value.constant) {
            after[value.name] = *value.constant;
        }
    }
    ASSERT_TRUE(after.contains("conv2d#2.weight"));
    EXPECT_TRUE(after.at("conv2d#2.weight").equal(buffers["blur"]));
    EXPECT_FALSE(after.at("conv2d.weight").equal(parameters["w"]));
}

// ---- statistics of batch norms

/// A batch norm as a file holds it, and PyTorch's module of the same parameters.
struct Statistics {
    const char* name;
    std::optional<double> momentum;  ///< none: averages over all batches
    bool scripted;
    double eps;
};

void PrintTo(const Statistics& statistics, std::ostream* out) {
    *out << statistics.name;
}

class RunningStatistics : public TrainedFile, public testing::WithParamInterface<Statistics> {
  protected:
    static constexpr int64_t kBatchesBefore = 5;

    torch::nn::BatchNorm2d reference() const {
        const auto& given = GetParam().momentum;
        const c10::optional<double> momentum = given ? c10::optional<double>(*given) : c10::nullopt;
        torch::nn::BatchNorm2d norm(
            torch::nn::BatchNorm2dOptions(kChannels).eps(GetParam().eps).momentum(momentum));
        const at::NoGradGuard noGrad;
        const Tensors values = statistics();
        norm->weight.copy_(values.at("gamma"));
        norm->bias.copy_(values.at("beta"));
        norm->running_mean.copy_(values.at("mean"));
        norm->running_var.copy_(values.at("var"));
        norm->num_batches_tracked.fill_(kBatchesBefore);
        return norm;
    }

    /// As PyTorch writes it in inference: without a momentum 0 is passed; a scripted module says None.
    torch::jit::Module file(const torch::nn::BatchNorm2d& norm) const {
        torch::jit::Module made("__torch__.BatchNorm2d");
        made.register_parameter("weight", norm->weight.detach().clone(), false);
        made.register_parameter("bias", norm->bias.detach().clone(), false);
        made.register_buffer("running_mean", norm->running_mean.clone());
        made.register_buffer("running_var", norm->running_var.clone());
        made.register_buffer("num_batches_tracked", norm->num_batches_tracked.clone());
        const auto& momentum = GetParam().momentum;
        if (GetParam().scripted) {
            made.type()->addConstant("momentum", momentum ? c10::IValue(*momentum) : c10::IValue());
        }
        made.define(
            "def forward(self, x):\n"
            "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, "
            "self.running_var, False, " +
            std::to_string(momentum.value_or(0)) + ", " + std::to_string(GetParam().eps) + ", False)\n");
        torch::jit::Module network = module(weights(), {});
        network.register_module("bn", made);
        network.define(
            std::string("def forward(self, x):\n"
                        "    y = self.bn.forward(torch.conv2d(x, self.w, None, [1, 1], [1, 1]))\n") +
            kHead);
        return network;
    }
};

TEST_P(RunningStatistics, AreThoseOfPyTorchsModule) {
    auto norm = reference();
    const torch::jit::Module network = file(norm);
    const Tensor weight = network.attr("w").toTensor();
    const PreparedModel model = prepared(opened(network), "onednn", {"conv2d", "linear"});
    auto trainee = get(FakeQuantNetwork::make(model, {}));
    trainee.setLive(true);
    norm->train();
    for (int batch = 0; batch < 3; ++batch) {
        const Tensor images = StripesData(12, 20 + static_cast<uint64_t>(batch)).images() * (batch + 1);
        get(trainee.forward({images}));
        norm->forward(at::conv2d(images, weight, {}, {1, 1}, {1, 1}));
    }
    const Graph after = trainee.graph();
    const Node& node = *after.findNode("bn");
    EXPECT_TRUE(at::allclose(after.constant(node.inputs[3]), norm->running_mean, 1e-5, 1e-5));
    EXPECT_TRUE(at::allclose(after.constant(node.inputs[4]), norm->running_var, 1e-5, 1e-5));
    EXPECT_FALSE(after.constant(node.inputs[3]).equal(statistics().at("mean")));
}

INSTANTIATE_TEST_SUITE_P(Momentums, RunningStatistics,
                         testing::Values(Statistics{"Traced", 0.3, false, 1e-3},
                                         Statistics{"TracedNone", {}, false, 1e-5},
                                         Statistics{"Scripted", 0.01, true, 1e-5},
                                         Statistics{"ScriptedNone", {}, true, 1e-3}),
                         [](const auto& param) { return param.param.name; });

TEST_F(TrainedFile, OneValueAChannelIsSaidInOneSentence) {
    auto made = module(weights(), {});
    Tensors values = statistics();
    torch::jit::Module norm("__torch__.BatchNorm1d");
    norm.register_parameter("weight", values.at("gamma"), false);
    norm.register_parameter("bias", values.at("beta"), false);
    norm.register_buffer("running_mean", values.at("mean"));
    norm.register_buffer("running_var", values.at("var"));
    norm.define(
        "def forward(self, x):\n"
        "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, False, "
        "0.1, 1e-5, False)\n");
    made.register_module("bn", norm);
    made.define(
        "def forward(self, x):\n"
        "    y = torch.adaptive_avg_pool2d(torch.conv2d(x, self.w), [1, 1])\n"
        "    return torch.linear(self.bn.forward(torch.flatten(torch.relu(y), 1)), self.fw, self.fb)\n");
    QatSettings settings;
    settings.batch = 1;
    const auto result = trained(opened(made), settings, 8);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("batch norm bn "), HasSubstr("one value a channel"),
                                              HasSubstr("larger batch")));
    settings.batch = 2;
    EXPECT_TRUE(trained(opened(made), settings, 9));  // the ninth sample is no batch
}

// ---- one module used several times

TEST_F(TrainedFile, AModuleUsedTwiceHasTheSumOfItsGradientsAndStaysOne) {
    Tensors parameters = weights();
    torch::jit::Module part("__torch__.Part");
    part.register_parameter("w", parameters.at("w"), false);
    part.register_parameter("b", at::zeros({kChannels}), false);
    part.define("def forward(self, x):\n    return torch.relu(torch.conv2d(x, self.w, self.b))\n");
    parameters.erase("w");
    parameters["fw"] = at::randn({3, 2 * kChannels}) * 0.5;
    auto made = module(parameters, {});
    made.register_module("part", part);
    made.define(
        "def forward(self, x):\n"
        "    a = self.part.forward(x[:, :, :, 0:4])\n"
        "    b = self.part.forward(x[:, :, :, 4:8])\n"
        "    y = torch.adaptive_avg_pool2d(torch.cat([a, b], 1), [1, 1])\n"
        "    return torch.linear(torch.flatten(y, 1), self.fw, self.fb)\n");
    const Graph graph = opened(made);
    RuleSet floats = RuleSet::make({{RuleMatch::Global, "", "fp32"}}).value();
    auto network = get(FakeQuantNetwork::make(get(prepare(get(fold(graph)), floats)), {}));
    network.setLive(true);
    ASSERT_EQ(network.parameters().size(), 4u);

    const Tensor images = StripesData(9).images();
    get(network.forward({images})).square().sum().backward();
    Tensor w = part.attr("w").toTensor().clone().requires_grad_(),
           b = at::zeros({kChannels}).requires_grad_();
    const auto conv = [&](int64_t from) { return at::relu(at::conv2d(images.narrow(3, from, 4), w, b)); };
    at::linear(at::cat({conv(0), conv(4)}, 1).mean({2, 3}), parameters.at("fw"), parameters.at("fb"))
        .square()
        .sum()
        .backward();
    EXPECT_TRUE(at::allclose(network.parameters()[0].grad(), w.grad(), 1e-4, 1e-4));
    EXPECT_TRUE(at::allclose(network.parameters()[1].grad(), b.grad(), 1e-4, 1e-4));

    QatSettings settings;
    settings.learningRate = 0.05;
    const QatResult result = get(trained(graph, settings));
    std::vector<ValueId> convolutions;
    for (const Node& node : result.graph.nodes()) {
        if (node.op == "conv2d") {
            convolutions.insert(convolutions.end(), {node.inputs[1], node.inputs[2]});
        }
    }
    ASSERT_EQ(convolutions.size(), 4u);
    EXPECT_EQ(convolutions[0], convolutions[2]);
    EXPECT_EQ(convolutions[1], convolutions[3]);
    EXPECT_FALSE(result.graph.constant(convolutions[0]).equal(part.attr("w").toTensor()));
}

TEST_F(TrainedFile, ANetworkWithoutWeightsIsRefused) {
    torch::jit::Module made("__torch__.Network");
    made.define("def forward(self, x):\n    return torch.mean(torch.relu(x), [2, 3])\n");
    const auto result = trained(opened(made), {});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("no weights that can be trained"));
}

TEST_F(TrainedFile, NumbersThatAreNotFiniteBeforeTrainingAreNotBlamedOnTheRate) {
    auto made = module(weights(), {});
    made.define(
        "def forward(self, x):\n"
        "    y = torch.mean(torch.conv2d(x, self.w), [2, 3])\n"
        "    return torch.linear(y, self.fw, self.fb) * 1e38 * 1e38\n");
    const PreparedModel model = prepared(opened(made), "fp32");
    StripesData data(64);
    Job job;
    const auto result = trainQat(model, {}, data, data, {}, job);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("not finite before anything was trained"));
}

}  // namespace
}  // namespace qs
