// What makes a variant better without training, said on the command line.

#include <gmock/gmock.h>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AlgorithmsOnTheCommandLine : public CliTest {
  public:
    Finished quantize(std::vector<std::string> words, const std::string& output) {
        const std::vector<std::string> always{
            "quantize", kModel, "--data",   kData, "--json", "--calib-samples", "32", "--eval-samples", "64",
            "--runs",   "3",    "--warmup", "1",   "-o",     path(output)};
        words.insert(words.begin(), always.begin(), always.end());
        return qscope(words);
    }
};

TEST_F(AlgorithmsOnTheCommandLine, AreReportedAndKeptInTheRecipeAndTheFile) {
    const Finished run = quantize({"--preset", "qnnpack", "--algorithm", "bias_correction:samples=16",
                                   "--save-recipe", path("recipe.json")},
                                  "out.pt");
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    ASSERT_EQ(variant["algorithms"].size(), 1U);
    EXPECT_EQ(variant["algorithms"][0]["name"], "bias_correction");
    EXPECT_GT(variant["algorithms"][0]["layers"].size(), 5U);
    EXPECT_GT(variant["algorithms"][0]["layers"][0]["bias_change"], 0.0);
    EXPECT_EQ(variant["recipe"]["algorithms"][0]["parameters"], (json{{"samples", 16.0}}));
    EXPECT_GT(variant["recipe"]["algorithms"][0]["layers"].size(), 5U);

    // The file and the recipe carry what it chose: neither needs it to run again.
    const Finished verified = qscope({"verify", path("out.pt"), "--against", kModel, "--json"});
    EXPECT_EQ(verified.code, 0) << verified.err;
    const Finished again = quantize({"--recipe", path("recipe.json")}, "again.pt");
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.json()["recipe"]["algorithms"], variant["recipe"]["algorithms"]);
    EXPECT_EQ(again.json()["variant"]["top1"], variant["variant"]["top1"]);
}

TEST_F(AlgorithmsOnTheCommandLine, WhatIsWrongIsSaidInOneLine) {
    const auto error = [&](const std::string& algorithm) {
        const Finished run = quantize({"--algorithm", algorithm}, "out.pt");
        EXPECT_EQ(run.code, 2) << run.err;
        return run.err;
    };
    EXPECT_THAT(error("bias"), HasSubstr("there is no algorithm 'bias'; did you mean bias_correction?"));
    EXPECT_THAT(error("bias_correction:samples"),
                HasSubstr("'samples' is no PARAMETER=VALUE; write NAME:PARAMETER=VALUE,..."));
    EXPECT_THAT(error("bias_correction:samples=few"), HasSubstr("'samples=few' is no PARAMETER=VALUE"));
    EXPECT_THAT(error("bias_correction:samples=0"),
                HasSubstr("samples is 0, but has to lie between 1 and 100000"));
}

TEST_F(AlgorithmsOnTheCommandLine, AreListedInTheHelp) {
    const Finished help = qscope({"quantize", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("bias_correction: moves the biases of quantized layers"));
    EXPECT_THAT(help.out, HasSubstr("default 64"));
}

}  // namespace
}  // namespace qs::test
