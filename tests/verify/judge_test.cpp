#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verify/verify.h"

namespace qs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

protocol::VerifyResult classifier(double agreement, double engine, double file, int64_t samples = 10000) {
    protocol::VerifyResult result;
    result.samples = samples;
    result.agreement = agreement;
    result.engine_top1 = engine;
    result.file_top1 = file;
    result.outputs = {{"y", 1, 0.1, 20.0}};
    result.layers = {{"conv1", "conv2d", 0.1, 1000, 1, 0.1, 100, true}};
    return result;
}

bool passes(protocol::VerifyResult result) {
    judge(result);
    return result.passed;
}

TEST(Judge, ClassifiersAreJudgedByClassesAndAccuracy) {
    EXPECT_TRUE(passes(classifier(99.8, 93.05, 93.0)));
    EXPECT_FALSE(passes(classifier(99.79, 93, 93)));
    EXPECT_FALSE(passes(classifier(99.9, 93.06, 93)));
    EXPECT_FALSE(passes(classifier(99.9, 93, 93.06)));
}

TEST(Judge, OneSampleIsWithinToleranceHoweverFewThereAre) {
    EXPECT_TRUE(passes(classifier(99, 90, 89, 100)));
    EXPECT_FALSE(passes(classifier(98, 90, 90, 100)));
    EXPECT_FALSE(passes(classifier(100, 90, 88, 100)));
}

TEST(Judge, TheVerdictNamesTheToleranceThatWasApplied) {
    protocol::VerifyResult result = classifier(99.9, 90.6, 90.7, 1000);
    judge(result);
    EXPECT_TRUE(result.passed);
    EXPECT_THAT(result.verdict, AllOf(HasSubstr("at most 0.10 points"), HasSubstr("at least 99.80 %")));
    result = classifier(98.4375, 90, 90, 64);
    judge(result);
    EXPECT_TRUE(result.passed);
    EXPECT_THAT(result.verdict, HasSubstr("98.44 % of 64 samples get the same class (at least 98.44 %)"));
}

TEST(Judge, WithoutLabelsTheClassesDecide) {
    protocol::VerifyResult result = classifier(99.9, 0, 0);
    result.engine_top1.reset();
    result.file_top1.reset();
    EXPECT_TRUE(passes(result));
}

TEST(Judge, OtherNetworksAreJudgedByEveryOutput) {
    protocol::VerifyResult result;
    result.samples = 10;
    result.outputs = {{"boxes", 1, 0.1, 40.0}, {"scores", 0, 0, {}}};
    EXPECT_TRUE(passes(result));
    result.outputs[0].sqnr_db = 34.9;
    judge(result);
    EXPECT_FALSE(result.passed);
    EXPECT_THAT(result.verdict, AllOf(HasSubstr("boxes"), HasSubstr("34.9 dB"), Not(HasSubstr("scores"))));
}

TEST(Judge, ALayerOutOfToleranceFails) {
    protocol::VerifyResult result = classifier(100, 93, 93);
    result.layers.push_back({"conv2", "conv2d", 0.1, 1000, 4, 0.3, 98.5, false});
    result.layers.push_back({"conv3", "conv2d", 0.1, 1000, 4, 0.3, 97.5, false});
    judge(result);
    EXPECT_FALSE(result.passed);
    EXPECT_THAT(result.verdict, AllOf(HasSubstr("conv2"), HasSubstr("98.50 %"), Not(HasSubstr("conv3")),
                                      Not(HasSubstr("\n"))));
    EXPECT_THAT(result.notes, testing::IsEmpty());
}

}  // namespace
}  // namespace qs
