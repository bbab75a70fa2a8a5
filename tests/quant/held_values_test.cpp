// Grids that hold the values that are there: every backend against the float network on ATen.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "graph/parse_graph.h"
#include "ops/evaluate.h"
#include "quant/networks.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

/// Samples of each input.
class GivenData : public Dataset {
  public:
    explicit GivenData(std::vector<at::Tensor> samples) : samples_(std::move(samples)) {}
    int64_t size() const override { return samples_[0].size(0); }
    bool labelled() const override { return false; }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()));
        Batch batch;
        for (const at::Tensor& samples : samples_) {
            batch.inputs.push_back(samples.index_select(0, rows));
        }
        return batch;
    }
    std::vector<SampleInput> sampleInputs() const override {
        std::vector<SampleInput> inputs;
        for (const at::Tensor& samples : samples_) {
            inputs.push_back({"", samples.sizes().slice(1).vec()});
        }
        return inputs;
    }

  private:
    std::vector<at::Tensor> samples_;
};

/// A network, what goes in, and what comes out of it on ATen.
struct Case {
    Graph graph;
    std::vector<at::Tensor> inputs;
    at::Tensor expected;

    Case(const std::string& text, at::Tensor x, const std::function<void(Graph&)>& change = {})
        : Case(text, std::vector<at::Tensor>{std::move(x)}, change) {}
    Case(const std::string& text, std::vector<at::Tensor> x, const std::function<void(Graph&)>& change = {})
        : graph(parseGraph(text).value()), inputs(std::move(x)) {
        if (change) {
            change(graph);
        }
        expected = evaluate(graph, inputs, {}).value().at(0);
    }

    QuantizedGraph quantized(const std::string& preset) const {
        const PreparedModel model = prepared(graph, preset);
        Job job;
        const auto encodings = calibrate(model, GivenData(inputs), 0, 16, job);
        EXPECT_TRUE(encodings) << encodings.error().message;
        return convert(model, *encodings).value();
    }
};

using MakeExecutor = Result<std::unique_ptr<Executor>> (*)(QuantizedGraph);

struct Way {
    const char* preset;
    const char* backend;
    MakeExecutor make;
};

class HeldValues : public ::testing::TestWithParam<Way> {
  protected:
    at::Tensor run(const Case& of) {
        graph_ = of.quantized(GetParam().preset);
        const auto executor = GetParam().make(graph_).value();
        return executor->run(of.inputs).value().at(0);
    }

    const QNode& stepOf(const std::string& layer) const {
        return *std::ranges::find_if(
            graph_.nodes, [&](const QNode& node) { return node.layer == layer && !node.isBoundary(); });
    }

    QuantizedGraph graph_;
};

/// SQNR in dB.
double sqnr(const at::Tensor& x, const at::Tensor& y) {
    return 10 * std::log10(x.to(at::kDouble).square().sum().item<double>() /
                           (x - y).to(at::kDouble).square().sum().item<double>());
}

ValueId valueCalled(const Graph& graph, const std::string& name) {
    return std::ranges::find(graph.values(), name, &Value::name)->id;
}

void setConstant(Graph& graph, const std::string& name, const at::Tensor& value) {
    graph.value(valueCalled(graph, name)).constant = value;
}

TEST_P(HeldValues, ADeadChannelKeepsItsBias) {
    const Case dead(R"(
        %x(64, 4, 6, 6) = input
        %w(4, 4, 3, 3) = constant[random, seed=1]
        %b(4) = constant[values=[3.0, -20.0, 0.1, 0.2]]
        %y(64, 4, 4, 4) = conv2d[dilation=[1, 1], groups=1, padding=[0, 0], stride=[1, 1]](%x, %w, %b)  # conv
        output %y = "y"
    )",
                    at::rand({64, 4, 6, 6}) * 0.01, [](Graph& graph) {
                        at::Tensor w = graph.constant(valueCalled(graph, "w")).clone();
                        w[0].zero_();
                        w[1].mul_(1e-9);
                        setConstant(graph, "w", w);
                    });
    const at::Tensor y = run(dead);
    // One step of the output's grid, which runs from -20 to 3.
    EXPECT_LT((y - dead.expected).abs().max().item<double>(),
              23.0 / (GetParam().preset == std::string("fbgemm") ? 127 : 255));
}

TEST_P(HeldValues, SumsStayWithin32Bits) {
    const Case wide(R"(
        %x(16, 140000) = input
        %w(1, 140000) = constant[full=0.0099]
        %y(16, 1) = linear(%x, %w)  # fc
        output %y = "y"
    )",
                    at::linspace(0.5, 1, 16).unsqueeze(1).expand({16, 140000}).contiguous());
    const at::Tensor y = run(wide);
    EXPECT_GT(sqnr(wide.expected, y), 35) << y;
    const QNode& step = stepOf("fc");
    const QParams& x = *graph_.value(step.inputs[0]).qparams;
    const int64_t sum = step.weightInt->to(at::kLong).abs().sum().item<int64_t>() * (x.quantMax - x.quantMin);
    EXPECT_LT(sum, int64_t{1} << 31);
    EXPECT_GT(sum, int64_t{1} << 30) << "more room than is needed costs precision";
}

/// conv - relu - conv - relu - linear whose maps are 2^powers[i] times as large as those of the plain
/// network.
Case scaledNetwork(const std::array<int, 3>& powers) {
    return {R"(
        %x(32, 3, 8, 8) = input
        %w1(8, 3, 3, 3) = constant[random, seed=1]
        %b1(8) = constant[random, seed=2]
        %y1(32, 8, 6, 6) = conv2d[dilation=[1, 1], groups=1, padding=[0, 0], stride=[1, 1]](%x, %w1, %b1)  # conv1
        %r1(32, 8, 6, 6) = relu(%y1)  # relu1
        %w2(8, 8, 3, 3) = constant[random, seed=3]
        %b2(8) = constant[random, seed=4]
        %y2(32, 8, 4, 4) = conv2d[dilation=[1, 1], groups=1, padding=[0, 0], stride=[1, 1]](%r1, %w2, %b2)  # conv2
        %r2(32, 8, 4, 4) = relu(%y2)  # relu2
        %f(32, 128) = flatten[end_dim=-1, start_dim=1](%r2)  # flatten
        %w3(4, 128) = constant[random, seed=5]
        %y(32, 4) = linear(%f, %w3)  # fc
        output %y = "y"
    )",
            at::randn({32, 3, 8, 8}, at::detail::createCPUGenerator(9)) * std::exp2(powers[0]),
            [&](Graph& graph) {
                const auto scale = [&](const char* name, double power) {
                    setConstant(graph, name, graph.constant(valueCalled(graph, name)).mul(std::exp2(power)));
                };
                scale("w1", powers[1] - powers[0]);
                scale("b1", powers[1]);
                scale("w2", powers[2] - powers[1]);
                scale("b2", powers[2]);
                scale("w3", -powers[2]);
            }};
}

TEST_P(HeldValues, PhysicalUnitsDoNotMatter) {
    const at::Tensor plain = run(scaledNetwork({0, 0, 0}));
    const double step = graph_.value(stepOf("fc").outputs[0]).qparams->scale[0];
    for (const auto& powers : {std::array{-30, 0, 0}, std::array{0, -60, 0}, std::array{0, 60, -60},
                               std::array{40, 60, 20}, std::array{-60, -20, 30}}) {
        SCOPED_TRACE(testing::PrintToString(powers));
        const at::Tensor scaled = run(scaledNetwork(powers));
        EXPECT_LE((scaled - plain).abs().max().item<double>(), 1.01 * step);
        EXPECT_GT(sqnr(plain, scaled), 50);
    }
}

TEST_P(HeldValues, AttentionOverManyTokensIsNotZero) {
    const Case attention(R"(
        %x(8, 16, 300) = input
        %w(300, 300) = constant[random, seed=1]
        %s(8, 16, 300) = linear(%x, %w)  # scores
        %a(8, 16, 300) = softmax[dim=-1](%s)  # softmax
        %v(32, 300) = constant[random, seed=2]
        %y(8, 16, 32) = linear(%a, %v)  # values
        output %y = "y"
    )",
                         at::randn({8, 16, 300}, at::detail::createCPUGenerator(4)) * 0.01);
    EXPECT_GT(sqnr(attention.expected, run(attention)), 15);
}

TEST_P(HeldValues, MaskedPlacesStayMasked) {
    for (const double hidden : {-std::numeric_limits<double>::infinity(), -1e9}) {
        SCOPED_TRACE(hidden);
        const Case attention(R"(
            %x(16, 24, 32) = input
            %w(24, 32) = constant[random, seed=1]
            %s(16, 24, 24) = linear(%x, %w)  # scores
            %m(24, 24) = constant[full=0.0]
            %a(16, 24, 24) = add(%s, %m)  # mask
            %p(16, 24, 24) = softmax[dim=-1](%a)  # softmax
            %v(32, 24) = constant[random, seed=2]
            %y(16, 24, 32) = linear(%p, %v)  # values
            output %y = "y"
        )",
                             at::randn({16, 24, 32}, at::detail::createCPUGenerator(4)) * 0.2,
                             [&](Graph& graph) {
                                 const at::Tensor later = at::ones({24, 24}).triu(1).to(at::kBool);
                                 setConstant(graph, "m", at::zeros({24, 24}).masked_fill(later, hidden));
                             });
        EXPECT_GT(sqnr(attention.expected, run(attention)), 27);
        EXPECT_EQ(stepOf("mask").compute, Compute::Float32);
        EXPECT_EQ(stepOf("values").compute, Compute::Integer);
    }
}

/// Of 1 where a place counts, and 0 where it does not: what a person's file does with it.
TEST_P(HeldValues, MasksOfTheInputStayExact) {
    for (const std::string make : {"mul(%k, %low)", "aten::log(%k)"}) {
        SCOPED_TRACE(make);
        const Case attention(
            R"(
            %x(16, 24, 32) = input
            %k(16, 1, 24) = input
            %low(1) = constant[full=-10000.0]
            %n(16, 1, 24) = )" +
                make +
                R"(  # hidden
            %w(24, 32) = constant[random, seed=1]
            %s(16, 24, 24) = linear(%x, %w)  # scores
            %a(16, 24, 24) = add(%s, %n)  # masked
            %p(16, 24, 24) = softmax[dim=-1](%a)  # softmax
            %v(32, 24) = constant[random, seed=2]
            %y(16, 24, 32) = linear(%p, %v)  # values
            output %y = "y"
        )",
            {at::randn({16, 24, 32}, at::detail::createCPUGenerator(4)) * 0.2,
             at::rand({16, 1, 24}, at::detail::createCPUGenerator(5)).gt(0.5).to(at::kFloat)},
            [](Graph& graph) {
                const auto hidden = std::ranges::find(graph.nodes(), "hidden", &Node::name);
                Attributes& carried = graph.node(hidden->id).attrs;
                carried.set("overload", std::string());
                carried.set("arguments", std::vector<std::string>{"tensor"});
            });
        EXPECT_GT(sqnr(attention.expected, run(attention)), 27);
        for (const char* layer : {"hidden", "masked", "softmax"}) {
            EXPECT_EQ(stepOf(layer).compute, Compute::Float32) << layer;
        }
        EXPECT_EQ(stepOf("scores").compute, Compute::Integer);
        EXPECT_EQ(stepOf("values").compute, Compute::Integer);
    }
}

/// One bright pixel in maps of 32 x 32: the class is its channel.
Case sparseMaps(const std::string& average, const std::string& shape) {
    at::Tensor x = at::zeros({64, 8, 32, 32});
    for (int64_t i = 0; i < x.size(0); ++i) {
        x[i][i % 8][4 * (i % 7) + 1][4 * (i % 5) + 1] = 100;
    }
    return {R"(
        %x(64, 8, 32, 32) = input
        %w(8, 8, 1, 1) = constant[random, seed=1]
        %b(8) = constant[full=0.0]
        %y(64, 8, 32, 32) = conv2d[dilation=[1, 1], groups=1, padding=[0, 0], stride=[1, 1]](%x, %w, %b)  # conv
        %r(64, 8, 32, 32) = relu(%y)  # relu
        )" + average +
                R"(
        %f(64, )" +
                shape + R"() = flatten[end_dim=-1, start_dim=1](%a)  # flatten
        %z(64, )" +
                shape + R"() = clip[max=1000.0, min=0.0](%f)  # clip
        output %z = "z"
    )",
            x, [](Graph& graph) {
                setConstant(graph, "w", at::eye(8).reshape({8, 8, 1, 1}));
            }};
}

TEST_P(HeldValues, AveragesOfSparseMapsKeepTheirClass) {
    const std::vector<std::pair<std::string, std::string>> averages{
        {"%a(64, 8, 1, 1) = adaptive_avg_pool2d[output_size=[1, 1]](%r)  # average", "8"},
        {"%a(64, 8) = mean[dims=[2, 3], keepdim=false](%r)  # average", "8"},
        {"%a(64, 8, 2, 2) = avg_pool2d[ceil_mode=false, count_include_pad=true, kernel=[16, 16], padding=[0, "
         "0], "
         "stride=[16, 16]](%r)  # average",
         "32"}};
    for (const auto& [average, shape] : averages) {
        SCOPED_TRACE(average);
        const Case sparse = sparseMaps(average, shape);
        EXPECT_GT(sqnr(sparse.expected, run(sparse)), 30);
    }
}

/// An average that is not smaller than what it is made of stays on its grid: no step is spent on another.
TEST_P(HeldValues, AveragesOfFullMapsKeepTheirGrid) {
    Case full = sparseMaps("%a(64, 8, 1, 1) = adaptive_avg_pool2d[output_size=[1, 1]](%r)  # average", "8");
    full.inputs[0] = at::rand({64, 8, 32, 32}, at::detail::createCPUGenerator(3));
    run(full);
    const QNode& average = stepOf("average");
    EXPECT_EQ(graph_.value(average.inputs[0]).qparams, graph_.value(average.outputs[0]).qparams);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(All, HeldValues,
                         ::testing::Values(Way{"onednn", "reference", makeReferenceExecutor},
                                           Way{"onednn", "onednn", makeOneDnnExecutor},
                                           Way{"onednn", "xnnpack", makeXnnpackExecutor},
                                           Way{"fbgemm", "onednn", makeOneDnnExecutor},
                                           Way{"qnnpack", "onednn", makeOneDnnExecutor},
                                           Way{"tensorrt", "onednn", makeOneDnnExecutor}),
                         [](const auto& info) {
                             return std::string(info.param.preset) + "_" + info.param.backend;
                         });

}  // namespace qs::test
