#include "analysis/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace qs {
namespace {

struct Published {
    int64_t hits, samples;
    double low, high;
};

/// Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
class Wilson : public testing::TestWithParam<Published> {};

TEST_P(Wilson, EqualsPublishedNumbers) {
    const Interval range = wilsonInterval(GetParam().hits, GetParam().samples);
    EXPECT_NEAR(range.low, GetParam().low, 5e-5);
    EXPECT_NEAR(range.high, GetParam().high, 5e-5);
}

INSTANTIATE_TEST_SUITE_P(Newcombe, Wilson,
                         testing::Values(Published{81, 263, 0.2553, 0.3662},
                                         Published{15, 148, 0.0624, 0.1605}, Published{0, 20, 0, 0.1611},
                                         Published{1, 29, 0.0061, 0.1718}));

TEST(WilsonInterval, HoldsTheShareStaysWithinItsRangeAndMirrors) {
    for (int64_t samples = 1; samples <= 60; ++samples) {
        double lastWidth = 0;
        for (int64_t hits = 0; hits <= samples; ++hits) {
            const Interval range = wilsonInterval(hits, samples);
            const double share = double(hits) / double(samples);
            EXPECT_LE(0, range.low);
            EXPECT_LE(range.low, share);
            EXPECT_LE(share, range.high);
            EXPECT_LE(range.high, 1);
            const Interval mirrored = wilsonInterval(samples - hits, samples);
            EXPECT_NEAR(range.low, 1 - mirrored.high, 1e-12);
            if (2 * hits <= samples) {
                EXPECT_GT(range.high - range.low, lastWidth) << "widest at one half";
                lastWidth = range.high - range.low;
            }
        }
    }
    EXPECT_EQ(wilsonInterval(0, 0).high, 1);
}

TEST(WilsonInterval, NarrowsAsTheRootOfTheSamples) {
    const Interval few = wilsonInterval(90, 100), many = wilsonInterval(9000, 10000);
    EXPECT_NEAR((few.high - few.low) / (many.high - many.low), 10, 0.2);
}

PairedDifference pairs(int64_t samples, int64_t onlyFirst, int64_t onlySecond) {
    PairedDifference difference;
    for (int64_t i = 0; i < samples; ++i) {
        difference.add(i < onlyFirst, i >= onlyFirst && i < onlyFirst + onlySecond);
    }
    return difference;
}

TEST(PairedDifference, CountsAndEqualsTheFormula) {
    const PairedDifference difference = pairs(98, 12, 5);
    EXPECT_EQ(difference.onlyFirst(), 12);
    EXPECT_EQ(difference.onlySecond(), 5);
    EXPECT_DOUBLE_EQ(difference.difference(), 7.0 / 98);
    // (13 - 6) / 100 +- 1.96 sqrt((0.13 + 0.06 - 0.07^2) / 100)
    EXPECT_NEAR(difference.interval().low, 0.07 - 1.959964 * std::sqrt(0.1851 / 100), 1e-6);
    EXPECT_NEAR(difference.interval().high, 0.07 + 1.959964 * std::sqrt(0.1851 / 100), 1e-6);
}

TEST(PairedDifference, OneSampleOfFiveHundredIsNoFact) {
    EXPECT_FALSE(pairs(500, 1, 0).distinguishable());
    EXPECT_FALSE(pairs(500, 6, 5).distinguishable());
    EXPECT_TRUE(pairs(500, 20, 2).distinguishable());
    EXPECT_TRUE(pairs(500, 2, 20).distinguishable());
    EXPECT_FALSE(PairedDifference().distinguishable());
}

TEST(PairedDifference, IsSymmetric) {
    const Interval one = pairs(200, 9, 3).interval(), other = pairs(200, 3, 9).interval();
    EXPECT_NEAR(one.low, -other.high, 1e-12);
    EXPECT_NEAR(one.high, -other.low, 1e-12);
}

/// The true difference lies in the interval in about 95 % of repetitions, for few and for many discordant
/// samples.
TEST(PairedDifference, HoldsItsLevelInSimulation) {
    std::mt19937 generator(5);
    std::uniform_real_distribution<double> uniform;
    constexpr int kRepetitions = 4000;
    struct Truth {
        int samples;
        double onlyFirst, onlySecond;
    };
    for (const Truth truth : {Truth{200, 0.02, 0.01}, Truth{500, 0.05, 0.02}, Truth{100, 0.2, 0.1}}) {
        int inside = 0;
        for (int repetition = 0; repetition < kRepetitions; ++repetition) {
            PairedDifference difference;
            for (int i = 0; i < truth.samples; ++i) {
                const double u = uniform(generator);
                difference.add(u < truth.onlyFirst,
                               u >= truth.onlyFirst && u < truth.onlyFirst + truth.onlySecond);
            }
            const Interval range = difference.interval();
            const double wanted = truth.onlyFirst - truth.onlySecond;
            inside += range.low <= wanted && wanted <= range.high;
        }
        EXPECT_GT(inside, 0.935 * kRepetitions) << truth.samples;
        EXPECT_LT(inside, 0.99 * kRepetitions) << truth.samples;
    }
}

}  // namespace
}  // namespace qs
