#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/integer_bias.h"
#include "quant/networks.h"
#include "quant/ptq.h"
#include "quant/qat/fake_quant_network.h"
#include "runtime/executor.h"
#include "support/prepared.h"
#include "support/traced_net.h"

namespace qs {
namespace {

using test::attributes;
using test::TracedNet;

constexpr int64_t kBatch = 6;
using Ints = std::vector<int64_t>;

/// The data's samples as the network's first input, so that shapes are those of the data.
class Net : public TracedNet {
  public:
    ValueId image() { return input({kBatch, 2, 8, 8}); }
    ValueId reshape(ValueId x, Ints shape) {
        return op("reshape", attributes({{"shape", std::move(shape)}}), {x});
    }
    ValueId permute(ValueId x, Ints dims) {
        return op("permute", attributes({{"dims", std::move(dims)}}), {x});
    }
    ValueId softmax(ValueId x) { return op("softmax", attributes({{"dim", int64_t{-1}}}), {x}); }
};

using Build = ValueId (*)(Net&, ValueId);

/// An op between two convolutions: what it is built as behind the first; 4 channels, 8 x 8, come in.
struct OpCase {
    const char* name;
    Build build;
    bool integer = true;
};

void PrintTo(const OpCase& opCase, std::ostream* out) {
    *out << opCase.name;
}

template <typename... Attrs>
ValueId unary(Net& net, ValueId x, const char* op, Attrs... attrs) {
    return net.op(op, attributes({attrs...}), {x}, op);
}

using Item = std::pair<std::string, Attribute>;

const OpCase kOps[] = {
    {"sigmoid", [](Net& n, ValueId x) { return unary(n, x, "sigmoid"); }},
    {"hard_sigmoid",
     [](Net& n, ValueId x) {
         return unary(n, x, "hard_sigmoid", Item{"alpha", 0.2}, Item{"beta", 0.5});
     }},
    {"tanh", [](Net& n, ValueId x) { return unary(n, x, "tanh"); }},
    {"softmax", [](Net& n, ValueId x) { return n.softmax(x); }},
    {"hard_swish", [](Net& n, ValueId x) { return unary(n, x, "hard_swish"); }},
    {"silu", [](Net& n, ValueId x) { return unary(n, x, "silu"); }},
    {"gelu",
     [](Net& n, ValueId x) {
         return unary(n, x, "gelu", Item{"approximate", std::string("none")});
     }},
    {"leaky_relu",
     [](Net& n, ValueId x) {
         return unary(n, x, "leaky_relu", Item{"slope", 0.1});
     }},
    {"elu",
     [](Net& n, ValueId x) {
         return unary(n, x, "elu", Item{"alpha", 1.0});
     }},
    {"prelu",
     [](Net& n, ValueId x) {
         return n.op("prelu", {}, {x, n.constant(Shape{4})});
     }},
    {"mul",
     [](Net& n, ValueId x) {
         return n.op("mul", {}, {x, n.op("sigmoid", {}, {x})});
     }},
    {"mul_constant",
     [](Net& n, ValueId x) {
         return n.op("mul", {}, {x, n.constant({4, 1, 1})});
     }},
    {"add_constant",
     [](Net& n, ValueId x) {
         return n.op("add", {}, {x, n.constant(Shape{8})});
     }},
    {"cat_constant_first",
     [](Net& n, ValueId x) {
         return n.op("cat", attributes({{"dim", int64_t{1}}}), {n.constant({kBatch, 1, 8, 8}), x});
     }},
    {"cat",
     [](Net& n, ValueId x) {
         return n.op("cat", attributes({{"dim", int64_t{1}}}), {x, n.op("relu", {}, {x}), x});
     }},
    {"matmul",
     [](Net& n, ValueId x) {
         return n.op("matmul", {}, {n.softmax(x), n.permute(x, {0, 1, 3, 2})});
     }},
    {"split_read_twice",
     [](Net& n, ValueId x) {
         n.op("split", attributes({{"dim", int64_t{1}}, {"sizes", Ints{1, 3}}}), {x});
         const std::vector<ValueId> parts = n.lastOutputs();
         const ValueId gate = n.op("sigmoid", {}, {parts[0]});
         return n.op("cat", attributes({{"dim", int64_t{1}}}),
                     {n.op("mul", {}, {parts[1], gate}), parts[1], parts[0]});
     }},
    {"expand_read_twice",
     [](Net& n, ValueId x) {
         const ValueId mean = n.op("mean", attributes({{"dims", Ints{2, 3}}, {"keepdim", true}}), {x});
         const ValueId wide = n.op("expand", attributes({{"shape", Ints{-1, -1, 8, 8}}}), {mean});
         return n.op("add", {}, {n.op("mul", {}, {x, wide}), wide});
     }},
    {"shapes",
     [](Net& n, ValueId x) {
         const ValueId y =
             n.reshape(n.permute(n.reshape(x, {-1, 2, 2, 8, 8}), {0, 2, 1, 3, 4}), {-1, 4, 8, 8});
         const ValueId cut = n.op(
             "slice",
             attributes(
                 {{"dim", int64_t{3}}, {"start", int64_t{1}}, {"end", int64_t{7}}, {"step", int64_t{1}}}),
             {y});
         return n.op("roll", attributes({{"shifts", Ints{1}}, {"dims", Ints{2}}}),
                     {n.op("pad", attributes({{"pads", Ints{1, 1}}}), {cut})});
     }},
    {"resampling",
     [](Net& n, ValueId x) {
         const ValueId nearest = n.op("upsample_nearest2d", attributes({{"output_size", Ints{16, 16}}}), {x});
         const ValueId bilinear =
             n.op("upsample_bilinear2d",
                  attributes({{"output_size", Ints{16, 16}}, {"align_corners", false}}), {nearest});
         return n.op("channel_shuffle", attributes({{"groups", int64_t{2}}}), {bilinear});
     }},
    {"pixel_shuffle",
     [](Net& n, ValueId x) {
         return n.op("pixel_shuffle", attributes({{"factor", int64_t{2}}}), {x});
     }},
    {"conv_transpose2d",
     [](Net& n, ValueId x) {
         return n.op("conv_transpose2d",
                     attributes({{"stride", Ints{2, 2}},
                                 {"padding", Ints{1, 0}},
                                 {"output_padding", Ints{1, 0}},
                                 {"dilation", Ints{1, 1}},
                                 {"groups", int64_t{2}}}),
                     {x, n.constant({4, 3, 3, 3}), n.constant(Shape{6})});
     }},
    {"layer_norm",
     [](Net& n, ValueId x) {
         return n.op("layer_norm", attributes({{"normalized_shape", Ints{8}}, {"eps", 1e-5}}),
                     {x, n.constant(Shape{8}), n.constant(Shape{8})});
     },
     false},
    {"chunk_carried",
     [](Net& n, ValueId x) {
         n.carried("aten::unbind.int", {TracedNet::tensor(x), TracedNet::number(int64_t{1})});
         const std::vector<ValueId> parts = n.lastOutputs();
         return n.reshape(n.op("add", {}, {parts[0], parts[3]}), {-1, 1, 8, 8});
     },
     false},
};

/// conv, the op, a dense layer over what it gives.
Graph network(const OpCase& opCase) {
    Net net;
    const ValueId y = opCase.build(net, net.conv2d(net.image(), 4, true, "first"));
    const int64_t features = net.sample(y).numel() / kBatch;
    const ValueId flat = net.reshape(y, {-1, features});
    net.output(net.op("linear", {}, {flat, net.constant({3, features}), net.constant(Shape{3})}, "fc"));
    return std::move(net.graph);
}

at::Tensor fromGrid(const at::Tensor& q, const QParams& p) {
    return (q.to(at::kDouble) - static_cast<double>(p.zeroPoint[0])) * p.scale[0];
}
at::Tensor toGrid(const at::Tensor& x, const QParams& p) {
    const auto low = static_cast<double>(p.quantMin), high = static_cast<double>(p.quantMax);
    return at::clamp(at::round(x / p.scale[0]) + static_cast<double>(p.zeroPoint[0]), low, high);
}

/// A step in float64: dequantize, compute, quantize once.
std::vector<at::Tensor> naiveStep(const QuantizedGraph& graph, const QNode& node,
                                  std::span<const at::Tensor> inputs) {
    std::vector<at::Tensor> real;
    for (size_t i = 0; i < inputs.size(); ++i) {
        real.push_back(fromGrid(inputs[i], *graph.value(node.inputs[i]).qparams));
    }
    std::vector<at::Tensor> arguments;
    if (node.weight) {
        const QParams& p = *node.weightQParams;
        Ints shape(static_cast<size_t>(node.weightInt->dim()), 1);
        shape[0] = -1;
        arguments = {
            real[0],
            node.weightInt->to(at::kDouble) *
                at::tensor(p.scale, at::kDouble).reshape(p.perChannel() ? shape : Ints(shape.size(), 1))};
        if (node.bias) {
            arguments.push_back(node.bias->to(at::kDouble));
        }
    } else {
        for (const at::Tensor& argument : node.arguments(real)) {
            arguments.push_back(argument.to(at::kDouble));
        }
    }
    std::vector<at::Tensor> outputs = runFloat(node.op, node.attrs, arguments);
    for (size_t i = 0; i < outputs.size(); ++i) {
        outputs[i] = toGrid(outputs[i], *graph.value(node.outputs[i]).qparams);
    }
    return outputs;
}

class EveryOp : public ::testing::TestWithParam<std::tuple<OpCase, std::string>> {
  protected:
    void SetUp() override {
        const auto& [opCase, preset] = GetParam();
        graph_ = network(opCase);
        model_ = test::prepared(graph_, preset);
        auto calibration = calibrate(model_, data_, 0, kBatch, job_);
        ASSERT_TRUE(calibration) << calibration.error().message;
        encodings_ = *calibration;
    }

    static QuantizedGraph converted(const PreparedModel& model, const Encodings& encodings) {
        auto quantized = convert(model, encodings);
        EXPECT_TRUE(quantized) << quantized.error().message;
        return std::move(quantized).value();
    }

    at::Tensor run(QuantizedGraph graph, const Executor::Tap& tap = {}) {
        const auto executor = std::move(makeReferenceExecutor(std::move(graph))).value();
        const at::Tensor images = data_.images().slice(0, 0, kBatch);
        const auto outputs = executor->run(std::span(&images, 1), tap);
        EXPECT_TRUE(outputs) << outputs.error().message;
        return outputs ? outputs->at(0) : at::Tensor();
    }

    test::StripesData data_{2 * kBatch};
    Job job_;
    Graph graph_;
    PreparedModel model_;
    Encodings encodings_;
};

TEST_P(EveryOp, ComputesEachIntegerStepAsDequantizeComputeQuantize) {
    const QuantizedGraph graph = converted(model_, encodings_);
    std::map<ValueId, at::Tensor> values;
    int checked = 0;
    run(graph, [&](size_t index, std::span<const at::Tensor> outputs) {
        const QNode& node = graph.nodes[index];
        std::vector<at::Tensor> read;
        for (const ValueId input : node.inputs) {
            read.push_back(values[input]);
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            values[node.outputs[i]] = outputs[i].clone();
        }
        if (!graph.isInteger(node)) {
            return;
        }
        const auto expected = naiveStep(graph, node, read);
        for (size_t i = 0; i < outputs.size(); ++i) {
            const at::Tensor distance = (expected[i] - outputs[i].to(at::kDouble)).abs();
            EXPECT_LE(distance.max().item<double>(), 1) << node.layer;
            if (ops().find(node.op)->category != OpCategory::Pooling) {  // averages often end in one half
                const int64_t rounded = distance.ne(0).sum().item<int64_t>();
                EXPECT_LE(rounded, std::max<int64_t>(1, distance.numel() * 3 / 100)) << node.layer;
            }
        }
        ++checked;
    });
    EXPECT_GE(checked, 2);
    for (const auto& node : graph.nodes) {
        if (const OpDef* def = ops().find(node.op); def && graph.isInteger(node)) {
            for (const ValueId output : node.outputs) {
                const bool same = graph.value(output).qparams == graph.value(node.inputs[0]).qparams;
                EXPECT_TRUE(same || def->quant != QuantKind::PassThrough) << node.layer;
            }
        }
    }
}

TEST_P(EveryOp, StaysCloseToTheFloatNetwork) {
    const at::Tensor real = run(*test::floatForm(graph_));
    const at::Tensor integer = run(converted(model_, encodings_));
    const double noise = (integer - real).square().sum().item<double>();
    EXPECT_GT(10 * std::log10(real.square().sum().item<double>() / noise), 12.0);
}

TEST_P(EveryOp, RunsMixed) {
    const PreparedModel mixed = test::prepared(graph_, std::get<1>(GetParam()), {graph_.nodes()[1].name});
    const auto calibration = calibrate(mixed, data_, 0, kBatch, job_);
    ASSERT_TRUE(calibration) << calibration.error().message;
    const QuantizedGraph graph = converted(mixed, *calibration);
    EXPECT_FALSE(
        graph.isInteger(*std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const QNode& node) {
            return node.layer == graph_.nodes()[1].name && !node.isBoundary();
        })));
    EXPECT_EQ(run(graph).sizes(), (Shape{kBatch, 3}));
}

TEST_P(EveryOp, TrainsOnTheGridThatItIsConvertedTo) {
    auto network = FakeQuantNetwork::make(model_, encodings_.activations);
    ASSERT_TRUE(network) << network.error().message;
    const at::Tensor images = data_.images().slice(0, 0, kBatch);
    network->setLive(true);
    const auto logits = network->forward({images});
    ASSERT_TRUE(logits) << logits.error().message;
    logits->sum().backward();
    network->setLive(false);
    const auto frozen = network->forward({images});
    ASSERT_TRUE(frozen) << frozen.error().message;
    const auto calibration = network->calibration();
    ASSERT_TRUE(calibration) << calibration.error().message;
    const at::Tensor integer = run(converted(model_, test::encodingsWith(model_, *calibration).value()));
    const at::Tensor range = integer.abs().max();
    EXPECT_LT(((*frozen - integer).abs().max() / range).item<double>(), 0.05);
}

TEST_P(EveryOp, IsIntegerWhereItHasAnIntegerForm) {
    const auto& opCase = std::get<0>(GetParam());
    const QuantizedGraph graph = converted(model_, encodings_);
    for (const auto& node : graph.nodes) {
        if (opCase.integer && !node.isBoundary()) {
            EXPECT_TRUE(graph.isInteger(node)) << node.layer;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, EveryOp,
                         ::testing::Combine(::testing::ValuesIn(kOps), ::testing::Values("x86", "onednn")),
                         [](const auto& info) {
                             return std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param);
                         });

QParams outputOf(const std::string& op, const std::string& preset) {
    Net net;
    const ValueId y = net.op(op, op == "softmax" ? attributes({{"dim", int64_t{-1}}}) : Attributes(),
                             {net.conv2d(net.image(), 4)});
    net.output(y);
    const PreparedModel model = test::prepared(net.graph, preset);
    test::StripesData data(kBatch);
    Job job;
    const auto calibration = calibrate(model, data, 0, kBatch, job);
    EXPECT_TRUE(calibration) << calibration.error().message;
    return calibration->activations.at(model.graph.value(y).name);
}

TEST(FixedRange, IsPyTorchsOnTheWholeByte) {
    for (const char* op : {"sigmoid", "softmax"}) {
        EXPECT_EQ(outputOf(op, "onednn").scale[0], 1.0 / 256);
        EXPECT_EQ(outputOf(op, "onednn").zeroPoint[0], 0);
    }
    EXPECT_EQ(outputOf("tanh", "onednn").scale[0], 2.0 / 256);
    EXPECT_EQ(outputOf("tanh", "onednn").zeroPoint[0], 128);
}

TEST(FixedRange, CoversTheSameOnAReducedGrid) {
    EXPECT_EQ(outputOf("sigmoid", "x86").scale[0], 1.0 / 128);
    EXPECT_EQ(outputOf("tanh", "x86").scale[0], 2.0 / 128);
    EXPECT_EQ(outputOf("tanh", "x86").zeroPoint[0], 64);
    EXPECT_EQ(outputOf("tanh", "x86").quantMax, 127);
}

TEST(FixedRange, HasNoZeroPointOnASymmetricGrid) {
    for (const char* op : {"sigmoid", "tanh"}) {
        EXPECT_EQ(outputOf(op, "tensorrt").scale[0], 1.0 / 128);
        EXPECT_EQ(outputOf(op, "tensorrt").zeroPoint[0], 0);
        EXPECT_EQ(outputOf(op, "tensorrt").quantMin, -128);
    }
}

TEST(ConvTranspose, HasOneWeightScaleWhateverTheGranularity) {
    for (const auto& opCase : kOps) {
        if (std::string(opCase.name) != "conv_transpose2d") {
            continue;
        }
        const PreparedModel model = test::prepared(network(opCase), "x86");
        test::StripesData data(kBatch);
        Job job;
        const QuantizedGraph graph = *convert(model, *calibrate(model, data, 0, kBatch, job));
        for (const auto& node : graph.nodes) {
            if (node.weightQParams) {
                EXPECT_EQ(node.weightQParams->perChannel(), node.op != "conv_transpose2d") << node.op;
            }
        }
    }
}

TEST(ConvTranspose, FoldsABatchNormOverItsGroups) {
    Net net;
    const ValueId y = net.op("conv_transpose2d",
                             attributes({{"stride", Ints{2, 2}},
                                         {"padding", Ints{0, 0}},
                                         {"output_padding", Ints{0, 0}},
                                         {"dilation", Ints{1, 1}},
                                         {"groups", int64_t{2}}}),
                             {net.conv2d(net.image(), 4), net.constant({4, 3, 2, 2})});
    net.output(net.op("batch_norm", attributes({{"eps", 1e-5}}),
                      {y, net.constant(Shape{6}), net.constant(Shape{6}), net.constant(Shape{6}),
                       net.constant(net.random({6}).abs() + 0.5)}));
    const auto expected = net.results();
    const QuantizedGraph folded = *test::floatForm(net.graph);
    EXPECT_EQ(folded.nodes.size(), 2u);
    const auto executor = std::move(makeReferenceExecutor(folded)).value();
    const auto actual = executor->run(net.inputs());
    ASSERT_TRUE(actual) << actual.error().message;
    EXPECT_TRUE(at::allclose(actual->at(0), expected[0], 1e-4, 1e-4));
}

TEST(Linear, FoldsABatchNormOfRowsOnly) {
    for (const bool rows : {true, false}) {
        Net net;
        const ValueId x = net.input(rows ? Shape{4, 5} : Shape{4, 6, 5});
        const ValueId y = net.op("linear", {}, {x, net.constant({6, 5})});
        net.output(net.op("batch_norm", attributes({{"eps", 1e-5}}),
                          {y, net.constant(Shape{6}), net.constant(Shape{6}), net.constant(Shape{6}),
                           net.constant(net.random({6}).abs() + 0.5)}));
        const auto expected = net.results();
        const QuantizedGraph folded = *test::floatForm(net.graph);
        EXPECT_EQ(folded.nodes.size(), rows ? 1u : 2u);
        const auto actual = std::move(makeReferenceExecutor(folded)).value()->run(net.inputs());
        EXPECT_TRUE(at::allclose(actual->at(0), expected[0], 1e-4, 1e-5));
    }
}

TEST(Inputs, AreObservedWhereTheyAreFloat) {
    Net net;
    const auto dense = [&](ValueId x) { return net.op("linear", {}, {x, net.constant({3, 5})}); };
    const ValueId a = net.input({2, 5}), b = net.input({2, 5}), ids = net.input({2, 3});
    net.graph.value(ids).dtype = at::kLong;
    const ValueId sum = net.op("add", {}, {dense(a), dense(b)});
    net.output(net.op("add", {}, {sum, ids}));
    const PreparedModel model = test::prepared(net.graph, "onednn");
    EXPECT_TRUE(model.observed.count({a}));
    EXPECT_TRUE(model.observed.count({b}));
    EXPECT_FALSE(model.observed.count({ids}));
    EXPECT_FALSE(model.isInteger(model.groups.size() - 1));
    EXPECT_TRUE(model.isInteger(0));
}

}  // namespace
}  // namespace qs
