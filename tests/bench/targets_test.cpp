#include "bench/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace qs::bench {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Measured table(const std::string& network, int threads, const std::map<std::string, double>& medians) {
    Measured measured{network, {}};
    measured.comparison.measured.threads = threads;
    for (const auto& [name, median] : medians) {
        protocol::ComparisonRow row;
        row.name = name;
        row.median_ms = median;
        measured.comparison.rows.push_back(row);
    }
    return measured;
}

Target target(const std::vector<Measured>& tables, const std::string& words) {
    for (const Target& target : speedTargets(tables)) {
        if (target.words.find(words) != std::string::npos) {
            return target;
        }
    }
    ADD_FAILURE() << "no target " << words;
    return {};
}

const std::map<std::string, double> kMedians = {{"ours-int8", 10},
                                                {"bare-int8", 8},
                                                {"ours-fp32", 40},
                                                {"onnxruntime-int8", 12},
                                                {"onnxruntime-fp32", 32}};

TEST(Targets, RatiosOfAResNetAreTheRightWayRound) {
    const std::vector<Measured> tables{table("resnet50", 1, kMedians)};
    const Target bare = target(tables, "INT8 over its bare primitives");
    EXPECT_DOUBLE_EQ(*bare.value, 1.25);
    EXPECT_FALSE(bare.reached());
    const Target onnxRuntime = target(tables, "ONNX Runtime's INT8 over ours");
    EXPECT_DOUBLE_EQ(*onnxRuntime.value, 1.2);
    EXPECT_TRUE(onnxRuntime.reached());
    const Target fp32 = target(tables, "our FP32 over INT8");
    EXPECT_DOUBLE_EQ(*fp32.value, 4);
    EXPECT_TRUE(fp32.reached());
    const Target fp32s = target(tables, "our FP32 over ONNX Runtime's");
    EXPECT_DOUBLE_EQ(*fp32s.value, 1.25);
    EXPECT_FALSE(fp32s.reached());
}

TEST(Targets, WhatDidNotRunIsNotReached) {
    const std::vector<Measured> tables{table("resnet18", 1, {{"ours-int8", 10}})};
    const Target missing = target(tables, "ONNX Runtime's INT8 over ours");
    EXPECT_FALSE(missing.value);
    EXPECT_FALSE(missing.reached());
    EXPECT_THAT(text(missing), StartsWith("not measured  resnet18, 1 thread: "));
}

TEST(Targets, TheGeometricMeanIsOverTheNetworksAtTheSameThreads) {
    const std::vector<Measured> tables{
        table("googlenet", 1, {{"ours-int8", 10}, {"onnxruntime-int8", 20}}),
        table("densenet121", 1, {{"ours-int8", 10}, {"onnxruntime-int8", 5}}),
        table("mobilenet_v2", 1, {{"ours-int8", 10}, {"onnxruntime-int8", 27}}),
        table("mobilenet_v2", 2, {{"ours-int8", 10}, {"onnxruntime-int8", 9}}),
        table("resnet18", 1, kMedians),
    };
    const Target one = target(tables, "geometric mean, 1 thread");
    EXPECT_NEAR(*one.value, std::cbrt(2.7), 1e-9);
    EXPECT_THAT(one.words, HasSubstr("of 3 networks"));
    EXPECT_NEAR(*target(tables, "geometric mean, 2 threads").value, 0.9, 1e-9);
    EXPECT_FALSE(target(tables, "geometric mean, 2 threads").reached());
}

TEST(Targets, TwoThreadsAreSetAgainstOne) {
    const std::vector<Measured> tables{table("resnet18", 1, {{"ours-int8", 19}}),
                                       table("resnet18", 2, {{"ours-int8", 10}})};
    const Target gain = target(tables, "INT8 on one thread over two");
    EXPECT_DOUBLE_EQ(*gain.value, 1.9);
    EXPECT_EQ(text(gain), "reached       resnet18: INT8 on one thread over two: 1.90 x (at least 1.8 x)\n");
}

TEST(Targets, AModelOfItsOwnHasATableAndNoTargets) {
    EXPECT_THAT(speedTargets({table("mine", 1, kMedians)}), testing::IsEmpty());
}

}  // namespace
}  // namespace qs::bench
