#include "protocol/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/json.h"

namespace qs::protocol {
namespace {

using Kind = Judgement::Kind;

const Judgement* find(const std::vector<Judgement>& judgements, Kind kind) {
    for (const Judgement& judgement : judgements) {
        if (judgement.kind == kind) {
            return &judgement;
        }
    }
    return nullptr;
}

TEST(Verdict, CountsLayersWithoutTheBoundaries) {
    VerifyResult result;
    result.layers = {{"x", "quantize", 0.1, 10, 0, 0, 100, true},
                     {"conv", "conv2d", 0.1, 10, 0, 0, 100, true}};
    const auto judgements = judgementsOf(result);
    ASSERT_NE(find(judgements, Kind::AllLayers), nullptr);
    EXPECT_EQ(find(judgements, Kind::AllLayers)->count, 1);
}

TEST(Verdict, WhatTheFileLacksFails) {
    VerifyResult result;
    result.missing_weights = 5;
    const auto weights = judgementsOf(result);
    ASSERT_NE(find(weights, Kind::MissingWeights), nullptr);
    EXPECT_FALSE(find(weights, Kind::MissingWeights)->passed);
    result.missing_layers = {"a", "b", "c", "d"};
    const auto layers = judgementsOf(result);
    ASSERT_NE(find(layers, Kind::MissingLayers), nullptr);
    EXPECT_FALSE(find(layers, Kind::MissingLayers)->passed);
    EXPECT_EQ(find(layers, Kind::MissingLayers)->count, 4);
    EXPECT_EQ(find(layers, Kind::MissingLayers)->subject, "a, b, c, ...");
    EXPECT_EQ(find(layers, Kind::MissingWeights), nullptr) << "the names say it";
}

TEST(Verdict, OnlyAnotherProgramIsIndependent) {
    VerifyResult result;
    result.runtime = "onnxruntime";
    EXPECT_TRUE(isIndependent(result));
    result.independent = false;
    EXPECT_FALSE(isIndependent(result));
}

TEST(Verdict, ResultsOfBeforeAreReadAndJudgedByTheirRuntime) {
    const auto read = [](const char* runtime) {
        return nlohmann::json{{"passed", true}, {"runtime", runtime}}.get<VerifyResult>();
    };
    EXPECT_FALSE(isIndependent(read("reference")));
    EXPECT_TRUE(isIndependent(read("onnxruntime")));
    EXPECT_THAT(read("onnxruntime").missing_layers, testing::IsEmpty());
}

}  // namespace
}  // namespace qs::protocol
