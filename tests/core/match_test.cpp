#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/match.h"

namespace qs {
namespace {

TEST(GlobMatch, MatchesWholeNames) {
    EXPECT_TRUE(globMatch("layer1.*", "layer1.0.conv1"));
    EXPECT_TRUE(globMatch("*.conv?", "layer1.0.conv1"));
    EXPECT_TRUE(globMatch("*", ""));
    EXPECT_TRUE(globMatch("a*b*c", "a__b_bb_c"));
    EXPECT_FALSE(globMatch("layer1", "layer1.0"));
    EXPECT_FALSE(globMatch("*.conv", "layer1.conv1"));
    EXPECT_FALSE(globMatch("?", ""));
}

TEST(NearestNames, PutsTheMostSimilarFirst) {
    const auto nearest = nearestNames("layer1.conv1", {"fc", "layer1.0.conv1", "layer4.1.conv2", "conv1"}, 2);
    EXPECT_THAT(nearest, ::testing::ElementsAre("layer1.0.conv1", "layer4.1.conv2"));
}

TEST(Join, PutsTheSeparatorBetween) {
    EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
}

}  // namespace
}  // namespace qs
