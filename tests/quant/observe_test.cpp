#include "quant/observe.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/evaluate.h"
#include "quant/networks.h"
#include "quant/observer.h"

namespace qs {
namespace {

using test::prepared;
using test::smallNetwork;
using test::StripesData;
using testing::HasSubstr;

constexpr int64_t kSamples = 40;
constexpr int64_t kObservedBatch = 16;

NetworkStatistics observed(const Graph& graph, const Dataset& data, int64_t batch = kObservedBatch) {
    Job job;
    auto statistics = observe(fold(graph).value(), data, 0, batch, job);
    EXPECT_TRUE(statistics) << statistics.error().message;
    return std::move(statistics).value();
}

/// Statistics of every value of the network run node by node on ATen.
std::map<std::string, TensorStatistics> onAten(const Graph& graph, const Dataset& data) {
    std::map<std::string, TensorStatistics> all;
    for (int64_t begin = 0; begin < data.size(); begin += kObservedBatch) {
        const Batch batch = data.read(begin, begin + kObservedBatch).value();
        all[graph.value(graph.inputs()[0]).name].add(batch.inputs[0]);
        EXPECT_TRUE(evaluate(graph, batch.inputs, [&](const Node& node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                all[graph.value(node.outputs[i]).name].add(outputs[i]);
            }
        }));
    }
    return all;
}

TEST(Observe, SeesEveryValueThatCanBeQuantized) {
    const Graph graph = smallNetwork();
    const StripesData data(kSamples);
    const NetworkStatistics statistics = observed(graph, data);
    EXPECT_EQ(statistics.samples, kSamples);
    const auto expected = onAten(graph, data);
    for (const char* preset : {"onednn", "tensorrt"}) {
        const PreparedModel model = prepared(graph, preset);
        ASSERT_GE(model.observed.size(), 5u);
        for (const auto& [id, qconfig] : model.observed) {
            const std::string& name = model.graph.value(id.value).name;
            SCOPED_TRACE(name);
            ASSERT_TRUE(statistics.values.contains(name));
            const TensorStatistics& seen = statistics.values.at(name);
            const TensorStatistics& aten = expected.at(name);
            EXPECT_EQ(seen.finite, aten.finite);
            EXPECT_EQ(seen.batches.size(), aten.batches.size());
            EXPECT_EQ(seen.channels.size(), aten.channels.size());
            const float rounding = 1e-4F * (aten.range.max - aten.range.min);
            EXPECT_NEAR(seen.range.min, aten.range.min, rounding);
            EXPECT_NEAR(seen.range.max, aten.range.max, rounding);
            for (size_t c = 0; c < seen.channels.size(); ++c) {
                EXPECT_NEAR(seen.channels[c].min, aten.channels[c].min, rounding);
                EXPECT_NEAR(seen.channels[c].max, aten.channels[c].max, rounding);
            }
        }
    }
}

TEST(Observe, SeesWhatAResidualIsAddedTo) {
    const Graph graph = smallNetwork();
    const NetworkStatistics statistics = observed(graph, StripesData(kSamples));
    bool any = false;
    for (const FusionGroup& group : fuse(graph)) {
        if (group.add) {
            any = true;
            const std::string& name = graph.value(preAddValue(graph, group)).name;
            EXPECT_TRUE(statistics.values.contains(name)) << name;
        }
    }
    EXPECT_TRUE(any);
}

TEST(Observe, FailsWhereNothingCanBeRead) {
    Job job;
    const auto statistics = observe(fold(smallNetwork()).value(), StripesData(0), 0, kObservedBatch, job);
    ASSERT_FALSE(statistics);
    EXPECT_THAT(statistics.error().message, HasSubstr("nothing to calibrate on"));
}

TEST(Observe, IsCancelledOnRequest) {
    const CancelToken token;
    CancelToken(token).cancel();
    Job job({}, token);
    const auto statistics =
        observe(fold(smallNetwork()).value(), StripesData(kSamples), 0, kObservedBatch, job);
    ASSERT_FALSE(statistics);
    EXPECT_EQ(statistics.error().kind, ErrorKind::Cancelled);
}

TEST(ChooseRanges, IsCalibrationAndNeedsNoSecondPass) {
    const Graph graph = smallNetwork();
    const StripesData data(kSamples);
    const NetworkStatistics statistics = observed(graph, data);
    for (const char* preset : {"onednn", "tensorrt", "fbgemm"}) {
        for (const std::string& observer : observers().names()) {
            SCOPED_TRACE(std::string(preset) + " " + observer);
            PreparedModel model = prepared(graph, preset);
            for (auto& [id, qconfig] : model.observed) {
                qconfig.activation.observer = observer;
            }
            Job job;
            const auto calibration = calibrate(model, data, 0, kObservedBatch, job);
            const auto chosen = chooseRanges(statistics, model);
            ASSERT_TRUE(calibration);
            ASSERT_TRUE(chosen);
            EXPECT_EQ(*chosen, *calibration);
            EXPECT_EQ(chosen->activations.size(), model.observed.size());
        }
    }
}

TEST(ChooseRanges, NamesTheValueThatWasNotSeen) {
    const Graph graph = smallNetwork();
    NetworkStatistics statistics = observed(graph, StripesData(kSamples));
    const PreparedModel model = prepared(graph, "onednn");
    const std::string& name = graph.value(graph.inputs()[0]).name;
    statistics.values.erase(name);
    const auto calibration = chooseRanges(statistics, model);
    ASSERT_FALSE(calibration);
    EXPECT_THAT(calibration.error().message, HasSubstr("calibration of " + name));
}

TEST(ChooseRanges, PassesOnWhatIsWrongWithAnObserver) {
    const Graph graph = smallNetwork();
    const NetworkStatistics statistics = observed(graph, StripesData(kSamples));
    PreparedModel model = prepared(graph, "onednn");
    model.observed.begin()->second.activation.observer = "percentile";
    model.observed.begin()->second.activation.parameters = {{"percentile", 20}};
    const auto calibration = chooseRanges(statistics, model);
    ASSERT_FALSE(calibration);
    EXPECT_EQ(calibration.error().kind, ErrorKind::Usage);
    EXPECT_THAT(calibration.error().message, HasSubstr("percentile is 20"));
}

TEST(ChooseRanges, OfHalvesOfTheDataIsAlmostThatOfTheWhole) {
    const Graph graph = smallNetwork();
    const NetworkStatistics whole = observed(graph, StripesData(64));
    /// 32 samples from the `begin`-th.
    class Half : public StripesData {
      public:
        explicit Half(int64_t begin) : StripesData(64), begin_(begin) {}
        int64_t size() const override { return 32; }
        Result<Batch> readSamples(std::span<const int64_t> indices) const override {
            std::vector<int64_t> mine(indices.begin(), indices.end());
            for (int64_t& index : mine) {
                index += begin_;
            }
            return StripesData::readSamples(mine);
        }

      private:
        int64_t begin_;
    };
    NetworkStatistics merged = observed(graph, Half(0));
    merged.merge(*networkStatisticsFromBytes(toBytes(observed(graph, Half(32)))));
    EXPECT_EQ(merged.samples, 64);
    PreparedModel model = prepared(graph, "onednn");
    for (const char* observer : {"min_max", "moving_average_min_max"}) {
        for (auto& [id, qconfig] : model.observed) {
            qconfig.activation.observer = observer;
        }
        EXPECT_EQ(*chooseRanges(merged, model), *chooseRanges(whole, model)) << observer;
    }
    for (auto& [id, qconfig] : model.observed) {
        qconfig.activation.observer = "percentile";
    }
    const Calibration exact = chooseRanges(whole, model)->activations;
    const Calibration near = chooseRanges(merged, model)->activations;
    for (const auto& [key, qparams] : near) {
        EXPECT_NEAR(qparams.scale[0], exact.at(key).scale[0], 0.01 * exact.at(key).scale[0]) << key.value;
    }
}

}  // namespace
}  // namespace qs
