// Which layers get which qconfig, said on the command line.

#include <gmock/gmock.h>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class QConfigOnTheCommandLine : public CliTest {
  public:
    Finished analyze(std::vector<std::string> words) {
        const std::vector<std::string> always{
            "analyze", kModel,   "--data", kData,      "--json", "--calib-samples", "32", "--eval-samples",
            "64",      "--runs", "3",      "--warmup", "1"};
        words.insert(words.begin(), always.begin(), always.end());
        return qscope(words);
    }

    static const json& layer(const json& variant, const std::string& name) {
        for (const json& row : variant["layers"]) {
            if (row["name"] == name) {
                return row;
            }
        }
        ADD_FAILURE() << "no layer " << name;
        return variant;
    }
};

TEST_F(QConfigOnTheCommandLine, OfALayerAPatternAnExpressionAndAnOp) {
    const Finished run = analyze(
        {"--qconfig", "layer1.*:weight.dtype=int4", "--qconfig", "/layer2\\..*conv1/:weight.dtype=int2",
         "--qconfig", "@linear:mode=weight_only", "--qconfig", "conv1:weight.dtype=int8,weight.group=3"});
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    EXPECT_EQ(layer(variant, "layer1.0.conv1")["precision"], "w4a8");
    EXPECT_EQ(layer(variant, "layer1.0.conv1")["compute"], "integer");
    EXPECT_EQ(layer(variant, "layer2.0.conv1")["precision"], "w2a8");
    EXPECT_EQ(layer(variant, "layer2.0.conv2")["precision"], "int8");
    EXPECT_EQ(layer(variant, "fc")["precision"], "w8");
    EXPECT_EQ(layer(variant, "fc")["compute"], "weight_only");
    EXPECT_EQ(layer(variant, "conv1")["compute"], "simulated");
    EXPECT_EQ(variant["recipe"]["rules"][1]["qconfig"]["weight"]["dtype"], "int4");
}

TEST_F(QConfigOnTheCommandLine, ForTheWholeModelAndItsObserver) {
    const Finished run = analyze({"--qconfig", "weight.dtype=int4", "--observer", "percentile:99.9"});
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    EXPECT_EQ(variant["recipe"]["rules"].size(), 1U);
    EXPECT_EQ(layer(variant, "conv1")["qconfig"],
              "onednn,activation.observer=percentile:99.9,weight.dtype=int4");
    const json int8 = analyze({}).json();
    EXPECT_LT(variant["variant"]["model_bytes"], 0.7 * int8["variant"]["model_bytes"].get<double>());
}

TEST_F(QConfigOnTheCommandLine, WhatIsWrongIsSaidInOneLine) {
    const auto error = [&](const std::vector<std::string>& words) {
        const Finished run = analyze(words);
        EXPECT_EQ(run.code, 2) << run.err;
        return run.err;
    };
    EXPECT_THAT(error({"--qconfig", "conv1:weight.bits=4"}),
                HasSubstr("weight.bits: unknown: there are mode, "));
    EXPECT_THAT(error({"--qconfig", "conv1:weight.dtype=int5"}),
                HasSubstr("rule 2 (conv1): weight.dtype: there is no type 'int5': use float32"));
    EXPECT_THAT(error({"--qconfig", "layer9.*:weight.dtype=int4"}), HasSubstr("no layer matches 'layer9.*'"));
    EXPECT_THAT(error({"--qconfig", "/layer[/:weight.dtype=int4"}), HasSubstr("is no regular expression"));
    EXPECT_THAT(error({"--qconfig", "layer1.0.conv9:weight.dtype=int4"}),
                HasSubstr("did you mean layer1.0.conv"));
    EXPECT_THAT(error({"--qconfig", "conv1:weight.dtype=int4,weight.group=7"}),
                HasSubstr("weight.group 7 does not divide the "));
    EXPECT_THAT(error({"--observer", "percentile:10"}), HasSubstr("rule 1: activation.observer: "));
    EXPECT_THAT(error({"--observer", "percentil"}), HasSubstr("percentile"));
}

}  // namespace
}  // namespace qs::test
