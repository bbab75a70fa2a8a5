#include "runtime/timed_runs.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace qs::test {
namespace {

NodeTime row(const TimedRuns& runs, size_t index) {
    NodeTime time;
    runs.write(index, time);
    return time;
}

TEST(TimedRuns, RowsAddUpToTheWholeThoughEachIsDisturbedNowAndThen) {
    constexpr size_t kRows = 12;
    std::mt19937 random(4);
    std::uniform_real_distribution<double> share(0.95, 1.05);
    std::bernoulli_distribution interrupted(0.02);
    TimedRuns runs;
    double whole = 0;
    for (size_t i = 0; i < kRows; ++i) {
        whole += 0.1 * static_cast<double>(i + 1);
    }
    for (int run = 0; run < 100; ++run) {
        RunTimes times;
        times.other = 0.05 * share(random);
        for (size_t i = 0; i < kRows; ++i) {
            times.rows.push_back(0.1 * static_cast<double>(i + 1) * share(random) +
                                 (interrupted(random) ? 5 : 0));
        }
        runs.add(times);
    }
    runs.choose(whole + 0.05);
    double sum = runs.otherMs();
    for (size_t i = 0; i < kRows; ++i) {
        sum += row(runs, i).ms;
        EXPECT_NEAR(row(runs, i).ms, 0.1 * static_cast<double>(i + 1), 0.01 * static_cast<double>(i + 1));
        EXPECT_LE(row(runs, i).p10Ms, row(runs, i).ms);
    }
    EXPECT_NEAR(sum, whole + 0.05, 0.01 * whole);
}

TEST(TimedRuns, TakeTheRunsThatAreLikeTheWhole) {
    TimedRuns runs;
    for (const double ms : {1.0, 9.0, 2.0, 10.0, 9.5}) {
        runs.add({.rows = {ms}, .other = 0.5});
    }
    runs.choose(10);
    EXPECT_DOUBLE_EQ(row(runs, 0).ms, (9 + 10 + 9.5) / 3);
    runs.choose(1.5);
    EXPECT_DOUBLE_EQ(row(runs, 0).ms, (1 + 2 + 9) / 3.0);
    EXPECT_DOUBLE_EQ(runs.otherMs(), 0.5);
    EXPECT_DOUBLE_EQ(row(runs, 0).p90Ms, 10) << "the spread is that of all";
    EXPECT_DOUBLE_EQ(row(runs, 0).medianMs, 9) << "and so is the median";
    EXPECT_EQ(row(runs, 0).runs, 5);
}

}  // namespace
}  // namespace qs::test
