#include "runtime/plan/weight_cache.h"

#include <gtest/gtest.h>

namespace qs::test {
namespace {

using runtime::WeightCache;

class WeightCacheTest : public testing::Test {
  protected:
    /// The constant of `source` in `format`, packed as the number of packings so far.
    int get(const WeightCache::Source& source, int format) {
        const auto fits = [&](const std::any& constant) {
            return std::any_cast<const std::pair<int, int>&>(constant).first == format;
        };
        const auto pack = [&]() -> std::any { return std::pair(format, packings_++); };
        return std::any_cast<std::pair<int, int>>(cache_.get(source, fits, pack)).second;
    }

    WeightCache cache_;
    float tensor_ = 0;
    float other_ = 0;
    int packings_ = 0;
};

TEST_F(WeightCacheTest, NodesShareATensorInOneFormat) {
    const WeightCache::Source source{.tensor = &tensor_, .role = "weight of conv2d"};
    EXPECT_EQ(get(source, 1), 0);
    EXPECT_EQ(get(source, 1), 0);
    EXPECT_EQ(get(source, 2), 1);
    EXPECT_EQ(get(source, 1), 0);
}

TEST_F(WeightCacheTest, OtherTensorsOpsAndNodesHaveTheirOwn) {
    EXPECT_EQ(get({.tensor = &tensor_, .role = "weight of conv2d"}, 1), 0);
    EXPECT_EQ(get({.tensor = &other_, .role = "weight of conv2d"}, 1), 1);
    EXPECT_EQ(get({.tensor = &tensor_, .role = "weight of conv_transpose2d"}, 1), 2);
    EXPECT_EQ(get({.node = 3, .role = "bias"}, 1), 3);
    EXPECT_EQ(get({.node = 4, .role = "bias"}, 1), 4);
    EXPECT_EQ(get({.node = 3, .role = "bias"}, 1), 3);
}

}  // namespace
}  // namespace qs::test
