#include <gmock/gmock.h>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

const std::vector<std::string> kSensitivity{"sensitivity", kModel, "--data",          kData,
                                            "--samples",   "96",   "--calib-samples", "32"};

TEST_F(CliTest, SensitivityNamesTheSpoiledLayerFirst) {
    const std::string spoiled = "layer2.0.conv1";
    const std::vector<std::string> words =
        kSensitivity + std::vector<std::string>{"--qconfig", spoiled + ":weight.dtype=binary"};
    const Finished run = qscope(words + std::vector<std::string>{"--json"});
    ASSERT_EQ(run.code, 0) << run.err;
    const json result = run.json();
    EXPECT_EQ(result["ranked"], "kl");
    EXPECT_EQ(result["metric"], "top1");
    EXPECT_EQ(result["measured"]["samples"], 96);
    const json& layers = result["layers"];
    EXPECT_EQ(layers.at(0)["layer"], spoiled);
    EXPECT_EQ(layers.at(0)["rank"], 1);
    EXPECT_GT(layers.at(1)["rank"], 1);
    for (const char* way : {"alone", "restored"}) {
        const json& effect = layers.at(0)[way]["noise_percent"];
        EXPECT_GT(effect["low"], 0) << way;
        EXPECT_GT(effect["high"], effect["low"]) << way;
    }
    // Nearly all that is wrong is wrong with this layer.
    EXPECT_GT(layers.at(0)["restored"]["noise_percent"]["value"],
              0.9 * result["variant"]["noise_percent"]["value"].get<double>());
    EXPECT_THAT(qscope(words).out, AllOf(ContainsRegex("\n +1 +" + spoiled), HasSubstr("share a rank"),
                                         HasSubstr("on 96 samples of " + kData)));
}

TEST_F(CliTest, SensitivityRanksByWhatIsAskedFor) {
    const Finished run = qscope(kSensitivity + std::vector<std::string>{"--by", "metric", "--json"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.json()["ranked"], "metric");
    const Finished wrong = qscope(kSensitivity + std::vector<std::string>{"--by", "luck"});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("layers cannot be ranked by 'luck', only by noise, kl, loss, metric"));
}

TEST_F(CliTest, SensitivityOfAModelInFloatIsEmptyAndSaysSo) {
    const Finished run = qscope(kSensitivity + std::vector<std::string>{"--preset", "fp32"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("no layer is quantized"));
}

}  // namespace
}  // namespace qs::test
