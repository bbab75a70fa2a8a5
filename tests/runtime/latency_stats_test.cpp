#include "runtime/latency_stats.h"

#include <gtest/gtest.h>

namespace qs {
namespace {

TEST(LatencyStats, MedianOfOddAndEvenCounts) {
    EXPECT_DOUBLE_EQ(median({5, 1, 3}), 3);
    EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
    EXPECT_DOUBLE_EQ(median({7}), 7);
}

TEST(LatencyStats, SummarizesInAnyOrder) {
    const LatencyStats stats = summarize({10, 1, 9, 2, 8, 3, 7, 4, 6, 5});
    EXPECT_DOUBLE_EQ(stats.medianMs, 5.5);
    EXPECT_DOUBLE_EQ(stats.p10Ms, 1);
    EXPECT_DOUBLE_EQ(stats.p90Ms, 9);
    EXPECT_DOUBLE_EQ(stats.minMs, 1);
    EXPECT_EQ(stats.runs, 10);
    EXPECT_GE(stats.threads, 1);
}

TEST(LatencyStats, OfNoRunsIsEmpty) {
    const LatencyStats stats = summarize({});
    EXPECT_EQ(stats.runs, 0);
    EXPECT_EQ(stats.medianMs, 0);
}

}  // namespace
}  // namespace qs
