// Grids that hold the values that are there: every backend against the float network on ATen.

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/parse_graph.h"
#include "ops/evaluate.h"
#include "quant/networks.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

/// One input's samples.
class GivenData : public Dataset {
  public:
    explicit GivenData(at::Tensor samples) : samples_(std::move(samples)) {}
    int64_t size() const override { return samples_.size(0); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        return Batch{{samples_.index_select(0, at::tensor(at::IntArrayRef(indices.data(), indices.size())))},
                     {}};
    }
    std::vector<SampleInput> sampleInputs() const override { return {{"", samples_.sizes().slice(1).vec()}}; }

  private:
    at::Tensor samples_;
};

/// A network, what goes in, and what comes out of it on ATen.
struct Case {
    Graph graph;
    at::Tensor input;
    at::Tensor expected;

    Case(const std::string& text, at::Tensor x, const std::function<void(Graph&)>& change = {})
        : graph(parseGraph(text).value()), input(std::move(x)) {
        if (change) {
            change(graph);
        }
        expected = evaluate(graph, {&input, 1}, {}).value().at(0);
    }

    QuantizedGraph quantized(const std::string& preset) const {
        const PreparedModel model = prepared(graph, preset);
        Job job;
        const auto encodings = calibrate(model, GivenData(input), 0, 16, job);
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
        return executor->run({&of.input, 1}).value().at(0);
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

void setConstant(Graph& graph, const std::string& name, const at::Tensor& value) {
    graph.value(graph.findValue(name)->id).constant = value;
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
                        at::Tensor w = graph.constant(graph.findValue("w")->id).clone();
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
    const int64_t sum = step.weightInt->to(at::kLong).abs().sum().item<int64_t>() * 255;
    EXPECT_LT(sum, int64_t{1} << 31);
    EXPECT_GT(sum, int64_t{1} << 30) << "more room than is needed costs precision";
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
