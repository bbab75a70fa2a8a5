#include "runtime/paired_ratio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace qs::test {
namespace {

TEST(PairedRatio, IsTheMedianOfTheTurnsAndNotTheRatioOfTheMedians) {
    const PairedRatio ratio = pairedRatio(std::vector<double>{2, 40, 6}, std::vector<double>{1, 10, 2});
    EXPECT_DOUBLE_EQ(ratio.median, 3);
    EXPECT_FALSE(ratio.low) << "three turns say too little";
    EXPECT_FALSE(ratio.isClear());
}

TEST(PairedRatio, OfTheInverseIsTheInverse) {
    const std::vector<double> a{2, 3, 5, 8, 9, 11, 12, 17}, b{1, 1, 2, 3, 2, 4, 3, 5};
    const PairedRatio ratio = pairedRatio(a, b), inverse = pairedRatio(b, a);
    EXPECT_DOUBLE_EQ(ratio.median, 1 / inverse.median);
    EXPECT_DOUBLE_EQ(*ratio.low, 1 / *inverse.high);
    EXPECT_DOUBLE_EQ(*ratio.high, 1 / *inverse.low);
}

/// Ranks from table A of the sign test (W. J. Conover, Practical Nonparametric Statistics).
TEST(PairedRatio, TakesTheRanksOfTheSignTest) {
    for (const auto& [count, low, high] :
         {std::tuple{6, 1, 6}, {8, 1, 8}, {9, 2, 8}, {17, 5, 13}, {20, 6, 15}, {100, 40, 61}}) {
        std::vector<double> ranks, ones(static_cast<size_t>(count), 1);
        for (int rank = count; rank >= 1; --rank) {
            ranks.push_back(rank);
        }
        const PairedRatio ratio = pairedRatio(ranks, ones);
        EXPECT_EQ(ratio.low, low) << count;
        EXPECT_EQ(ratio.high, high) << count;
    }
    EXPECT_FALSE(pairedRatio(std::vector<double>(5, 2), std::vector<double>(5, 1)).low);
}

TEST(PairedRatio, OfTwoModesIsNotClear) {
    std::vector<double> first, second(100, 0.076);
    for (int i = 0; i < 100; ++i) {
        first.push_back(i % 10 < 3 ? 0.162 : 1.75);
    }
    EXPECT_FALSE(pairedRatio(first, second).isClear());
    // The interval alone would not tell: it lies in the greater mode.
    const PairedRatio ratio = pairedRatio(first, second);
    EXPECT_LT(*ratio.high / *ratio.low, 1.01);
}

/// Noise as machines make it: a few percent, skewed, an interrupted run now and then, and a load that both
/// networks of a turn meet and that wanders from turn to turn.
class Noise {
  public:
    explicit Noise(uint32_t seed) : random_(seed) {}
    void nextTurn() { load_ = 0.8 * load_ + 0.2 * normal_(random_); }
    double operator()() {
        const double own = 0.04 * std::abs(normal_(random_));
        const double interrupted = uniform_(random_) < 0.04 ? 1 + 8 * uniform_(random_) : 1;
        return std::exp(own + load_) * interrupted;
    }

  private:
    std::mt19937 random_;
    std::normal_distribution<double> normal_;
    std::uniform_real_distribution<double> uniform_;
    double load_ = 0;
};

TEST(PairedRatio, ItsIntervalHoldsTheTrueRatioInAbout95Of100Runs) {
    constexpr int kRuns = 4000;
    constexpr double kTrue = 2.6;
    for (const int turns : {12, 30, 100}) {
        int held = 0;
        double width = 0;
        for (int run = 0; run < kRuns; ++run) {
            Noise noise(static_cast<uint32_t>(run * 1000 + turns));
            std::vector<double> first, second;
            for (int turn = 0; turn < turns; ++turn) {
                noise.nextTurn();
                first.push_back(kTrue * noise());
                second.push_back(noise());
            }
            const PairedRatio ratio = pairedRatio(first, second);
            held += *ratio.low <= kTrue && kTrue <= *ratio.high ? 1 : 0;
            width += *ratio.high / *ratio.low - 1;
        }
        const double share = static_cast<double>(held) / kRuns;
        // Ranks are whole, so that an interval of few turns holds it more often (12: 96.1 %, 30: 95.7 %,
        // 100: 96.5 %); four standard errors of a share of 4000 runs are 1.4 %.
        EXPECT_GT(share, 0.95 - 0.01) << turns;
        EXPECT_LT(share, 0.965 + 0.014) << turns;
        EXPECT_LT(width / kRuns, turns == 100 ? 0.03 : 0.12) << turns;
    }
}

}  // namespace
}  // namespace qs::test
