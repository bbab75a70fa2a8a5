#include "quant/statistics/statistics.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quant/statistics/network_statistics.h"

namespace qs {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TensorStatistics statisticsOf(std::initializer_list<at::Tensor> batches) {
    TensorStatistics statistics;
    for (const at::Tensor& batch : batches) {
        statistics.add(batch);
    }
    return statistics;
}

/// What TensorStatistics has of one tensor, element by element.
TensorStatistics naive(const at::Tensor& x, int channelAxis) {
    TensorStatistics seen;
    seen.channelAxis = channelAxis;
    const at::Tensor moved = channelAxis < 0 ? x.reshape({1, -1}) : x.transpose(0, channelAxis);
    const at::Tensor rows = moved.contiguous().flatten(1);
    for (int64_t c = 0; c < rows.size(0); ++c) {
        Range range;
        for (int64_t i = 0; i < rows.size(1); ++i) {
            const float value = rows[c][i].item<float>();
            seen.nan += std::isnan(value) ? 1 : 0;
            seen.infinite += std::isinf(value) ? 1 : 0;
            seen.finite += std::isfinite(value) ? 1 : 0;
            if (std::isfinite(value)) {
                range.add({value, value});
            }
        }
        seen.range.add(range);
        if (channelAxis >= 0) {
            seen.channels.push_back(range);
        }
    }
    if (seen.range.empty()) {
        return seen;
    }
    std::vector<float> counts(Histogram::kBins);
    for (int64_t i = 0; i < rows.numel(); ++i) {
        const float value = rows.flatten()[i].item<float>();
        if (std::isfinite(value)) {
            const float width = seen.range.max - seen.range.min;
            const auto bin = static_cast<int>((value - seen.range.min) * Histogram::kBins / width);
            ++counts[static_cast<size_t>(std::min(bin, Histogram::kBins - 1))];
        }
    }
    seen.histogram = Histogram(seen.range, counts);
    seen.batches = {seen.range};
    return seen;
}

TEST(TensorStatistics, AreThoseOfANaiveLoopInEveryLayout) {
    at::manual_seed(1);
    const at::Tensor image = at::randn({2, 5, 7, 9});
    const at::Tensor wide = at::randn({1, 40, 3, 5}).contiguous(at::MemoryFormat::ChannelsLast);
    for (const auto& [x, axis] : {std::pair{image, 1},
                                  {image.contiguous(at::MemoryFormat::ChannelsLast), 1},
                                  {wide, 1},
                                  {wide.narrow(1, 3, 20), 1},
                                  {image.permute({3, 0, 2, 1}), 1},
                                  {at::randn({7, 33}), 1},
                                  {at::randn({3, 6, 11}), 2},
                                  {at::randn({600}), -1},
                                  {at::randn({2, 3, 4, 5, 6}), 1},
                                  {at::randn({2, 3, 10, 1}), 1}}) {
        SCOPED_TRACE(x.sizes());
        EXPECT_EQ(statisticsOf({x}), naive(x, axis));
        const at::Tensor spoiled = x.clone();
        spoiled.select(0, 0).fill_(nan);
        spoiled.select(-1, 0).fill_(-infinity);
        EXPECT_EQ(statisticsOf({spoiled}), naive(spoiled, axis));
    }
}

TEST(TensorStatistics, TakeOtherRealTypes) {
    const at::Tensor x = at::linspace(-1, 1, 64).reshape({4, 16});
    EXPECT_EQ(statisticsOf({x.to(at::kDouble)}), statisticsOf({x}));
    EXPECT_EQ(statisticsOf({x.to(at::kBFloat16)}), statisticsOf({x.to(at::kBFloat16).to(at::kFloat)}));
}

TEST(TensorStatistics, DoNotDependOnTheNumberOfThreads) {
    at::manual_seed(2);
    const at::Tensor small = at::randn({3, 8, 60, 70});
    const at::Tensor large = 3 * at::randn({3, 8, 60, 70}).contiguous(at::MemoryFormat::ChannelsLast);
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const TensorStatistics alone = statisticsOf({small, large, small});
    for (const int count : {2, 3, 7}) {
        at::set_num_threads(count);
        EXPECT_EQ(statisticsOf({small, large, small}), alone);
    }
    at::set_num_threads(threads);
}

TEST(TensorStatistics, DropChannelsThatVary) {
    const TensorStatistics seen = statisticsOf({at::ones({2, 3, 4}), at::zeros({2, 3, 5})});
    EXPECT_EQ(seen.channelAxis, -1);
    EXPECT_TRUE(seen.channels.empty());
    EXPECT_EQ(seen.finite, 54);
    EXPECT_EQ(seen.range, (Range{0, 1}));
}

TEST(TensorStatistics, CountWhatIsNotFiniteAndNothingElseOfIt) {
    const TensorStatistics seen =
        statisticsOf({at::zeros({0, 4}), at::full({2, 4}, nan), at::full({3, 4}, infinity)});
    EXPECT_EQ(seen.finite, 0);
    EXPECT_EQ(seen.nan, 8);
    EXPECT_EQ(seen.infinite, 12);
    EXPECT_TRUE(seen.range.empty());
    EXPECT_TRUE(seen.histogram.empty());
    EXPECT_TRUE(seen.batches.empty());
    EXPECT_EQ(statisticsOf({at::zeros({0, 4})}), TensorStatistics());
}

TEST(TensorStatistics, KeepTheCountOfBatchesOfOneValue) {
    const TensorStatistics seen =
        statisticsOf({at::full({1000}, 2.0F), at::full({500}, 2.0F), at::full({10}, 3.0F), at::zeros({7})});
    EXPECT_EQ(seen.range, (Range{0, 3}));
    EXPECT_NEAR(seen.histogram.total(), 1517, 1e-3);
    // 2 is bin 1365 of [0, 3].
    double around = 0;
    for (size_t bin = 1360; bin < 1370; ++bin) {
        around += seen.histogram.counts()[bin];
    }
    EXPECT_NEAR(around, 1500, 1e-3);
}

TEST(TensorStatistics, DoNotGrowWithTheData) {
    TensorStatistics seen;
    for (size_t i = 0; i < TensorStatistics::kMostBatches + 5; ++i) {
        seen.add(at::full({1}, static_cast<float>(i)));
    }
    ASSERT_EQ(seen.batches.size(), TensorStatistics::kMostBatches);
    EXPECT_EQ(seen.batches.front(), (Range{5, 5}));
}

/// How much of what was counted lies below `x`, evenly in its bins.
double countBelow(const Histogram& histogram, double x) {
    double sum = 0;
    for (int bin = 0; bin < Histogram::kBins; ++bin) {
        const double low = histogram.edge(bin), high = histogram.edge(bin + 1);
        sum += histogram.counts()[static_cast<size_t>(bin)] * std::clamp((x - low) / (high - low), 0.0, 1.0);
    }
    return sum;
}

TEST(TensorStatistics, OfShardsAreThoseOfOnePass) {
    at::manual_seed(3);
    std::vector<at::Tensor> batches;
    for (int i = 0; i < 6; ++i) {
        batches.push_back(at::randn({4, 3, 10, 10}) * (1 + i % 3));
    }
    TensorStatistics whole, first, second;
    for (size_t i = 0; i < batches.size(); ++i) {
        whole.add(batches[i]);
        (i < 3 ? first : second).add(batches[i]);
    }
    TensorStatistics merged = first;
    merged.merge(second);
    EXPECT_EQ(merged.finite, whole.finite);
    EXPECT_EQ(merged.range, whole.range);
    EXPECT_EQ(merged.batches, whole.batches);
    EXPECT_EQ(merged.channels, whole.channels);
    // Counts are float32 as PyTorch's, and so is the running sum that spreads them over wider bins.
    EXPECT_NEAR(merged.histogram.total(), whole.histogram.total(), 1e-4 * whole.histogram.total());
    // Of 7200 numbers, the fullest bin holds some 20.
    float fullest = 0;
    for (const Histogram* histogram : {&whole.histogram, &first.histogram, &second.histogram}) {
        fullest = std::max(fullest, *std::ranges::max_element(histogram->counts()));
    }
    for (int i = 0; i <= 500; ++i) {
        const double x = whole.range.min + (double{whole.range.max} - whole.range.min) * i / 500;
        EXPECT_NEAR(countBelow(merged.histogram, x), countBelow(whole.histogram, x), 3 * fullest) << x;
    }
}

TEST(TensorStatistics, OfShardsWithTheSameRangeAreExact) {
    at::manual_seed(4);
    const auto batch = [] {
        at::Tensor x = at::rand({2, 3, 20, 20});
        x.view(-1)[0] = 0;
        x.view(-1)[1] = 1;
        return x;
    };
    const at::Tensor a = batch(), b = batch(), c = batch();
    TensorStatistics merged = statisticsOf({a});
    merged.merge(statisticsOf({b, c}));
    EXPECT_EQ(merged, statisticsOf({a, b, c}));
}

TEST(TensorStatistics, MergeWithNothing) {
    const TensorStatistics seen = statisticsOf({at::linspace(0, 1, 12).reshape({3, 4})});
    TensorStatistics merged;
    merged.merge(seen);
    EXPECT_EQ(merged, seen);
    merged.merge({});
    EXPECT_EQ(merged, seen);
    TensorStatistics constant = statisticsOf({at::full({3, 4}, 0.25F)});
    constant.merge(seen);
    EXPECT_NEAR(constant.histogram.total(), 24, 1e-4);
}

NetworkStatistics sampleStatistics() {
    at::manual_seed(6);
    NetworkStatistics all;
    all.samples = 7;
    all.values["x"] = statisticsOf({at::randn({2, 3, 8, 8}), 2 * at::randn({2, 3, 8, 8})});
    all.values["only.nan"] = statisticsOf({at::full({2, 2}, nan)});
    all.values["layer1.0/out"] = statisticsOf({at::randn({100})});
    return all;
}

TEST(NetworkStatistics, RoundTripThroughBytes) {
    const NetworkStatistics all = sampleStatistics();
    const auto again = networkStatisticsFromBytes(toBytes(all));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, all);
    EXPECT_EQ(*networkStatisticsFromBytes(toBytes({})), NetworkStatistics());
}

TEST(NetworkStatistics, RefuseDamagedBytes) {
    const std::string bytes = toBytes(sampleStatistics());
    for (size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 997) {
        EXPECT_FALSE(networkStatisticsFromBytes(std::string_view(bytes).substr(0, size))) << size;
    }
    EXPECT_FALSE(networkStatisticsFromBytes(bytes + '\0'));
    for (size_t at = 0; at < bytes.size(); at += 13) {
        std::string damaged = bytes;
        damaged[at] = '\xff';
        damaged[std::min(at + 3, bytes.size() - 1)] = '\x7f';
        // Whatever still opens is something that could have been seen.
        if (const auto opened = networkStatisticsFromBytes(damaged)) {
            for (const auto& [name, seen] : opened->values) {
                EXPECT_EQ(seen.range.empty(), seen.finite == 0);
                EXPECT_TRUE(std::isfinite(seen.histogram.total()));
            }
        }
    }
}

TEST(NetworkStatistics, MergeByValue) {
    const NetworkStatistics all = sampleStatistics();
    NetworkStatistics merged = all;
    merged.values.erase("x");
    merged.merge(all);
    EXPECT_EQ(merged.samples, 14);
    EXPECT_EQ(merged.values.at("x"), all.values.at("x"));
    EXPECT_EQ(merged.values.at("only.nan").nan, 8);
}

}  // namespace
}  // namespace qs
