#include "workbench/latency.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <random>

#include "quant/networks.h"
#include "support/fake_profiler.h"
#include "support/prepared.h"

namespace qs::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Runs nothing, and takes what is written beforehand.
class ScriptedExecutor : public Executor {
  public:
    ScriptedExecutor(QuantizedGraph graph, FakeProfiler::Script script)
        : graph_(std::move(graph)), script_(std::move(script)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor>, const Tap&) override {
        return std::vector<at::Tensor>();
    }
    Result<std::vector<at::Tensor>> runNode(size_t, std::span<const at::Tensor>) override {
        return failure("not here");
    }
    Result<std::vector<at::Tensor>> runFrom(const Cut&, std::span<const ValueId>) override {
        return failure("not here");
    }
    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor>) override {
        return std::unique_ptr<Profiler>(std::make_unique<FakeProfiler>(script_));
    }
    const QuantizedGraph& graph() const override { return graph_; }

  private:
    QuantizedGraph graph_;
    FakeProfiler::Script script_;
};

class ComparedLatency : public ::testing::Test {
  protected:
    ComparedLatency() : model_(prepared(smallNetwork(), "onednn")) {
        setThreads(2);
        StripesData data(8);
        encodings_ = calibrate(model_, data, 0, 8, job_).value();
        for (size_t i = 0; i < model_.groups.size(); ++i) {
            result_.layers.emplace_back().name = model_.graph.node(model_.groups[i].primary).name;
        }
    }
    ~ComparedLatency() override { setThreads(0); }

    void compare(FakeProfiler::Script fp32Script, FakeProfiler::Script variantScript) {
        ScriptedExecutor fp32(test::floatForm(model_.graph).value(), std::move(fp32Script));
        ScriptedExecutor variant(convert(model_, encodings_).value(), std::move(variantScript));
        protocol::Recipe recipe;
        recipe.latency_runs = 20;
        recipe.latency_warmup = 0;
        const std::vector<at::Tensor> input{at::zeros({1, 2, 8, 8})};
        const Status status =
            compareLatency({fp32, variant, model_, encodings_}, input, recipe, result_, job_);
        ASSERT_TRUE(status) << status.error().message;
    }

    Job job_;
    PreparedModel model_;
    Encodings encodings_;
    protocol::VariantResult result_;
};

TEST_F(ComparedLatency, NamesASpeedupWithItsInterval) {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> noise(1, 1.04);
    compare([&](int) { return undisturbed(3 * noise(random)); },
            [&](int) { return undisturbed(1.5 * noise(random)); });
    EXPECT_FALSE(result_.machine_busy);
    EXPECT_NEAR(result_.speedup.value(), 2, 0.05);
    EXPECT_LE(*result_.speedup_low, *result_.speedup);
    EXPECT_GE(*result_.speedup_high, *result_.speedup);
    EXPECT_LT(*result_.speedup_high - *result_.speedup_low, 0.1);
    EXPECT_EQ(result_.measured.latency_runs, 20);
    EXPECT_EQ(result_.measured.threads, 2);
    EXPECT_EQ(result_.measured.latency_clock, "wall");
    for (size_t i = 0; i < model_.groups.size(); ++i) {
        EXPECT_EQ(result_.layers[i].restore_ms.has_value(), model_.isInteger(i)) << result_.layers[i].name;
    }
}

TEST_F(ComparedLatency, NamesNoneBesideABusyNeighbour) {
    std::mt19937 random(3);
    std::bernoulli_distribution interrupted(0.6);
    compare([&](int turn) { return undisturbed(turn >= 10 && interrupted(random) ? 1.75 : 0.162); },
            [](int) { return undisturbed(0.076); });
    EXPECT_TRUE(result_.machine_busy);
    EXPECT_FALSE(result_.speedup);
    EXPECT_GT(result_.speedup_low.value_or(0), 0) << "what was measured is told";
    EXPECT_EQ(result_.measured.latency_runs, 100) << "it was measured longer before";
    EXPECT_NEAR(*result_.fp32.latency_p10_ms, 0.162, 1e-9);
    EXPECT_NEAR(*result_.fp32.latency_p90_ms, 1.75, 1e-9);
    for (const protocol::LayerResult& layer : result_.layers) {
        EXPECT_FALSE(layer.restore_ms) << layer.name;
    }
}

TEST_F(ComparedLatency, ANetworkAloneSaysThatTheMachineWasBusy) {
    protocol::ModelResult result;
    protocol::Measurement measured;
    std::vector<std::string> notes;
    const auto measure = [&](FakeProfiler::Script script) {
        ScriptedExecutor executor(test::floatForm(model_.graph).value(), std::move(script));
        return measureLatency(executor, {}, 0, 20, result, measured, notes, job_);
    };
    ASSERT_TRUE(measure([](int) { return undisturbed(2); }));
    EXPECT_EQ(result.latency_ms, 2);
    EXPECT_EQ(measured.latency_runs, 20);
    EXPECT_THAT(notes, IsEmpty());
    ASSERT_TRUE(measure([](int turn) { return undisturbed(turn % 2 ? 2 : 9); }));
    EXPECT_THAT(notes, ElementsAre(HasSubstr("machine busy")));
}

}  // namespace
}  // namespace qs::test
