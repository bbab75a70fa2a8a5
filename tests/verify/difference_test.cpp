#include "verify/difference.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace qs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

at::Tensor floats(std::vector<double> values) {
    return at::tensor(values, at::kDouble).to(at::kFloat);
}

at::Tensor bytes(std::vector<int64_t> values, at::ScalarType type = at::kByte) {
    return at::tensor(values, at::kLong).to(type);
}

const QParams kGrid{DType::UInt8, -1, {0.5}, {10}, 0, 255};

TEST(OutputComparison, GathersOverBatches) {
    OutputComparison comparison("y");
    comparison.add(floats({3, 0}), floats({3, 1}));
    comparison.add(floats({4, 0}), floats({4, -2}));
    const auto result = comparison.result();
    EXPECT_EQ(result.name, "y");
    EXPECT_EQ(result.worst, 2);
    EXPECT_EQ(result.mean, 0.75);
    EXPECT_NEAR(*result.sqnr_db, 10 * std::log10(25.0 / 5), 1e-9);
}

TEST(OutputComparison, EqualValuesHaveNoNoise) {
    OutputComparison comparison("y");
    comparison.add(floats({1, kInfinity, kNan}), floats({1, kInfinity, kNan}));
    EXPECT_EQ(comparison.result().worst, 0);
    EXPECT_FALSE(comparison.result().sqnr_db);
}

TEST(OutputComparison, NoNumberIsTheWorstNoise) {
    for (const double wrong : {kNan, kInfinity}) {
        OutputComparison comparison("y");
        comparison.add(floats({1, 2, 3}), floats({1, wrong, 3}));
        EXPECT_EQ(comparison.result().worst, kInfinity);
        EXPECT_EQ(comparison.result().sqnr_db, kWorstSqnrDb);
    }
}

TEST(OutputComparison, CountsWhatTheFileGivesThatIsNoNumber) {
    OutputComparison comparison("y");
    comparison.add(floats({1, kNan, kNan}), floats({kNan, kNan, kInfinity}));
    EXPECT_EQ(comparison.fileNotNumbers(), 2);
}

TEST(LayerComparison, CountsStepsOfTheGrid) {
    LayerComparison comparison("conv", "conv2d");
    comparison.add(bytes({10, 20, 30, 40}), kGrid, bytes({10, 21, 28, 40}));
    const auto result = comparison.result(75);
    EXPECT_EQ(result.values, 4);
    EXPECT_EQ(result.worst_lsb, 2);
    EXPECT_EQ(result.mean_lsb, 0.75);
    EXPECT_EQ(result.within_one_percent, 75);
    EXPECT_EQ(result.scale, 0.5);
    EXPECT_TRUE(result.passed);
    EXPECT_FALSE(comparison.result(99.9).passed);
}

TEST(LayerComparison, TakesTheOtherByteTypeAndRealNumbers) {
    const at::Tensor engine = bytes({0, 138, 255});
    for (const at::Tensor& file : {bytes({-128, 10, 127}, at::kChar), floats({-5, 64, 122.5})}) {
        LayerComparison comparison("conv", "conv2d");
        comparison.add(engine, kGrid, file);
        EXPECT_EQ(comparison.result(100).worst_lsb, 0);
        EXPECT_TRUE(integersOf(file, kGrid).equal(engine));
    }
}

TEST(LayerComparison, WhatIsNoNumberIsOut) {
    LayerComparison comparison("conv", "conv2d");
    comparison.add(bytes({10}), kGrid, floats({kNan}));
    EXPECT_EQ(comparison.result(99.9).within_one_percent, 0);
    EXPECT_FALSE(comparison.result(99.9).passed);
}

}  // namespace
}  // namespace qs
