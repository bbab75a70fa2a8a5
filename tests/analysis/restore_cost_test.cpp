#include "analysis/restore_cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "quant/networks.h"
#include "support/fake_profiler.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

double textNumber(const std::string& text) {
    return static_cast<double>(std::hash<std::string>()(text) % 1000) / 1000;
}

/// Invented times of the steps: the same for the same step in every network, but that a layer takes longer
/// behind a float one.
std::vector<double> stepTimes(const QuantizedGraph& graph) {
    std::vector<double> times;
    bool behindFloat = false;
    for (const QNode& node : graph.nodes) {
        if (node.isBoundary()) {
            const Shape& shape = graph.value(node.inputs[0]).shape;
            double count = 1;
            for (const int64_t extent : shape) {
                count *= static_cast<double>(extent);
            }
            times.push_back((node.op == "quantize" ? 2e-3 : 1e-3) * count);
            continue;
        }
        const bool integer = graph.isInteger(node);
        times.push_back((0.5 + textNumber(node.layer)) * (integer ? 1 : 3.5) * (behindFloat ? 1.3 : 1));
        behindFloat = !integer;
    }
    return times;
}

double totalMs(const QuantizedGraph& graph) {
    double ms = 0;
    for (const double step : stepTimes(graph)) {
        ms += step;
    }
    return ms;
}

/// How whole runs and single steps were measured.
struct Conditions {
    std::function<void()> eachRun = [] {};
    double wholeRuns = 1;     ///< times what the steps take
    double disturbedRun = 0;  ///< milliseconds that each step has in its mean by one disturbed run
    double stepSpread = 0;    ///< 90th minus 10th percentile of each step
};

constexpr int kTimedRuns = 25;

/// Runs nothing and takes the invented times.
class InventedExecutor : public Executor {
  public:
    explicit InventedExecutor(QuantizedGraph graph, Conditions conditions = {})
        : graph_(std::move(graph)), conditions_(std::move(conditions)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor>, const Tap&) override {
        return failure("not here");
    }
    Result<std::vector<at::Tensor>> runNode(size_t, std::span<const at::Tensor>) override {
        return failure("not here");
    }
    Result<std::vector<at::Tensor>> runFrom(const Cut&, std::span<const ValueId>) override {
        return failure("not here");
    }
    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor>) override {
        return std::unique_ptr<Profiler>(std::make_unique<Invented>(*this));
    }
    const QuantizedGraph& graph() const override { return graph_; }

  private:
    class Invented : public FakeProfiler {
      public:
        explicit Invented(InventedExecutor& executor)
            : FakeProfiler([&executor](int) {
                  executor.conditions_.eachRun();
                  return undisturbed(executor.conditions_.wholeRuns * totalMs(executor.graph_));
              }),
              executor_(executor) {}
        Profile profile(const LatencyStats& total) const override {
            Profile profile{.total = total, .nodes = {}};
            for (const double ms : stepTimes(executor_.graph_)) {
                const Conditions& conditions = executor_.conditions_;
                profile.nodes.push_back({.node = profile.nodes.size(),
                                         .ms = ms + conditions.disturbedRun,
                                         .implementation = "",
                                         .medianMs = ms,
                                         .p10Ms = ms - conditions.stepSpread / 2,
                                         .p90Ms = ms + conditions.stepSpread / 2,
                                         .runs = kTimedRuns});
            }
            return profile;
        }

      private:
        InventedExecutor& executor_;
    };

    QuantizedGraph graph_;
    Conditions conditions_;
};

/// Shapes that tell values apart; nothing is run at them.
Graph shapedNetwork() {
    Graph network = smallNetwork();
    for (const Value& value : network.values()) {
        if (!value.constant) {
            network.value(value.id).shape = {2, value.id.index + 1};
        }
    }
    return network;
}

Encodings calibrated(const PreparedModel& model) {
    StripesData data(8);
    Job job;
    return calibrate(model, data, 0, 8, job).value();
}

QuantizedGraph converted(const PreparedModel& model) {
    return convert(model, calibrated(model)).value();
}

std::string layerOf(const PreparedModel& model, size_t group) {
    return model.graph.node(model.groups[group].primary).name;
}

using Make = std::function<Result<std::unique_ptr<Executor>>(QuantizedGraph)>;

size_t integerLayers(const QuantizedGraph& graph) {
    return static_cast<size_t>(std::ranges::count_if(
        graph.nodes, [&](const QNode& node) { return !node.isBoundary() && graph.isInteger(node); }));
}

/// Networks with as many integer layers as the variant has are the variant.
Make invented(const QuantizedGraph& variant, const Conditions& variants, const Conditions& others) {
    return [variants, others,
            all = integerLayers(variant)](QuantizedGraph graph) -> Result<std::unique_ptr<Executor>> {
        const Conditions& conditions = integerLayers(graph) == all ? variants : others;
        return std::unique_ptr<Executor>(std::make_unique<InventedExecutor>(std::move(graph), conditions));
    };
}

PreparedModel preparedBy(const Graph& network, const std::vector<Rule>& rules) {
    auto model = test::prepareGraph(network, RuleSet::make(rules).value());
    EXPECT_TRUE(model) << model.error().message;
    return std::move(model).value();
}

/// What is said of a layer must be the difference of the two networks' whole runs.
void expectDifferences(const std::vector<Rule>& rules, const Conditions& variantsConditions = {},
                       const Conditions& conditions = {}) {
    const Graph network = shapedNetwork();
    const PreparedModel model = preparedBy(network, rules);
    const Encodings encodings = calibrated(model);
    const QuantizedGraph variant = convert(model, encodings).value();
    Job job;
    const auto costs = measureRestoreCosts(
        {model, encodings, variant, invented(variant, variantsConditions, conditions)}, {}, {}, job);
    ASSERT_TRUE(costs) << costs.error().message;
    size_t integers = 0;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const std::string layer = layerOf(model, i);
        EXPECT_EQ(costs->contains(layer), model.isInteger(i)) << layer;
        if (!model.isInteger(i)) {
            continue;
        }
        ++integers;
        std::vector<Rule> more = rules;
        more.push_back({RuleMatch::Layer, layer, "fp32"});
        const double difference = totalMs(converted(preparedBy(network, more))) - totalMs(variant);
        EXPECT_NEAR(costs->at(layer).ms, conditions.wholeRuns * difference, 1e-9) << layer;
    }
    EXPECT_GT(integers, 2U);
}

TEST(RestoreCost, IsTheDifferenceOfTheTwoNetworks) {
    expectDifferences({{RuleMatch::Global, "", "onednn"}});
}

TEST(RestoreCost, IsWhatWholeRunsTakeLongerWhereStepsLeaveSomethingOut) {
    const Conditions conditions{.wholeRuns = 1.3};
    expectDifferences({{RuleMatch::Global, "", "onednn"}}, conditions, conditions);
}

TEST(RestoreCost, IsNotMovedByADisturbedRun) {
    expectDifferences({{RuleMatch::Global, "", "onednn"}}, {}, {.disturbedRun = 8});
}

TEST(RestoreCost, IsLessCertainTheMoreItsStepsVary) {
    const PreparedModel model = prepared(shapedNetwork(), "onednn");
    const Encodings encodings = calibrated(model);
    const auto measured = [&](double spread) {
        const Conditions conditions{.stepSpread = spread};
        const QuantizedGraph variant = convert(model, encodings).value();
        Job job;
        return measureRestoreCosts({model, encodings, variant, invented(variant, conditions, conditions)}, {},
                                   {}, job)
            .value();
    };
    const auto sure = measured(0), less = measured(0.1);
    const auto twice = measured(0.2);
    for (const auto& [layer, cost] : less) {
        EXPECT_EQ(sure.at(layer).uncertaintyMs, 0) << layer;
        // Of two steps, at the least: the layer's before and after.
        EXPECT_GT(cost.uncertaintyMs, 0.9 * 0.1 * std::sqrt(2.0 / kTimedRuns)) << layer;
        EXPECT_NEAR(twice.at(layer).uncertaintyMs, 2 * cost.uncertaintyMs, 1e-9) << layer;
    }
}

TEST(RestoreCost, IsLessWhereANeighbourIsFloatAlready) {
    const Graph network = shapedNetwork();
    const PreparedModel model = prepared(network, "onednn");
    for (const size_t group : {size_t{0}, size_t{1}, model.groups.size() - 1}) {
        expectDifferences(
            {{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, layerOf(model, group), "fp32"}});
    }
}

TEST(RestoreCost, CountsStepsFromGridToGrid) {
    const PreparedModel model = prepared(shapedNetwork(), "onednn");
    for (size_t group = 0; group < model.groups.size(); ++group) {
        expectDifferences(
            {{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, layerOf(model, group), "tensorrt"}});
    }
}

TEST(RestoreCost, DecisionsMadeAnewAreThoseOfTheRules) {
    const Graph network = smallNetwork();
    const PreparedModel model = prepared(network, "onednn");
    PreparedModel changed = model;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const PreparedModel expected = prepared(network, "onednn", {layerOf(model, i)});
        changed.qconfigs = expected.qconfigs;
        decide(changed);
        EXPECT_EQ(changed.computes, expected.computes) << layerOf(model, i);
        EXPECT_EQ(changed.reads, expected.reads) << layerOf(model, i);
        EXPECT_EQ(changed.observed.size(), expected.observed.size()) << layerOf(model, i);
    }
    changed.qconfigs = model.qconfigs;
    decide(changed);
    EXPECT_EQ(changed.computes, model.computes);
}

TEST(RestoreCost, LayersThatAreRestoredTogetherDoNotMeet) {
    const Graph network = smallNetwork();
    const PreparedModel model = prepared(network, "onednn");
    const auto sets = restoredTogether(model, Job());
    ASSERT_TRUE(sets);
    std::multiset<size_t> all;
    for (const RestoredTogether& set : *sets) {
        all.insert(set.begin(), set.end());
        std::vector<std::string> layers;
        std::vector<Compute> expected = model.computes;
        for (const size_t group : set) {
            layers.push_back(layerOf(model, group));
            const std::vector<Compute> alone = prepared(network, "onednn", {layers.back()}).computes;
            for (size_t i = 0; i < alone.size(); ++i) {
                if (alone[i] != model.computes[i]) {
                    EXPECT_EQ(expected[i], model.computes[i]) << "a layer changes by two others";
                    expected[i] = alone[i];
                }
            }
        }
        EXPECT_EQ(prepared(network, "onednn", layers).computes, expected);
    }
    for (size_t i = 0; i < model.groups.size(); ++i) {
        EXPECT_EQ(all.count(i), model.isInteger(i) ? 1U : 0U) << layerOf(model, i);
    }
    EXPECT_LT(sets->size(), all.size()) << "not a network a layer";
}

TEST(RestoreCost, EndsWhenItsJobIsCancelled) {
    const PreparedModel model = prepared(smallNetwork(), "onednn");
    const Encodings encodings = calibrated(model);
    for (const int last : {1, 40, 100}) {
        CancelToken token;
        Job job({}, token);
        int runs = 0;
        const auto count = [&] {
            if (++runs == last) {
                token.cancel();
            }
        };
        const QuantizedGraph variant = convert(model, encodings).value();
        const Conditions counted{.eachRun = count};
        const auto costs = measureRestoreCosts(
            {model, encodings, variant, invented(variant, counted, counted)}, {}, {}, job);
        ASSERT_FALSE(costs);
        EXPECT_EQ(costs.error().kind, ErrorKind::Cancelled);
        EXPECT_EQ(runs, last);
    }
    CancelToken token;
    token.cancel();
    EXPECT_FALSE(restoredTogether(model, Job({}, token)));
}

}  // namespace

}  // namespace qs::test
