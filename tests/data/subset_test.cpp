#include "data/subset.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Ninety samples of class 0, then ten of class 1.
class Unbalanced : public Dataset {
  public:
    int64_t size() const override { return 100; }
    bool labelled() const override { return true; }
    std::vector<SampleInput> sampleInputs() const override { return {}; }
    std::vector<int64_t> sampleClasses() const override {
        std::vector<int64_t> classes(100, 0);
        std::fill(classes.begin() + 90, classes.end(), 1);
        return classes;
    }
    Result<Batch> readSamples(std::span<const int64_t>) const override { return Batch{}; }
};

std::set<int64_t> shared(const DataSplit& split) {
    std::set<int64_t> both;
    std::set_intersection(split.calibration.begin(), split.calibration.end(), split.evaluation.begin(),
                          split.evaluation.end(), std::inserter(both, both.end()));
    return both;
}

TEST(Subset, SplitsWithoutOverlap) {
    const Unbalanced data;
    const DataSplit split = splitSamples(data, 20, 0, 7);
    EXPECT_THAT(split.calibration, SizeIs(20));
    EXPECT_THAT(split.evaluation, SizeIs(80));
    EXPECT_THAT(shared(split), IsEmpty());
    EXPECT_EQ(split.warning, "");
    EXPECT_TRUE(std::is_sorted(split.evaluation.begin(), split.evaluation.end()));
    const DataSplit some = splitSamples(data, 20, 50, 7);
    EXPECT_EQ(some.calibration, split.calibration);
    EXPECT_THAT(some.evaluation, SizeIs(50));
    EXPECT_THAT(shared(some), IsEmpty());
}

TEST(Subset, DependsOnTheSeedAlone) {
    const Unbalanced data;
    EXPECT_EQ(splitSamples(data, 20, 30, 7).evaluation, splitSamples(data, 20, 30, 7).evaluation);
    EXPECT_NE(splitSamples(data, 20, 30, 7).calibration, splitSamples(data, 20, 30, 8).calibration);
    EXPECT_EQ(chooseSamples(data, 20, 7), splitSamples(data, 20, 30, 7).calibration);
}

TEST(Subset, SpreadsOverTheClasses) {
    const Unbalanced data;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        const auto chosen = chooseSamples(data, 20, seed);
        EXPECT_EQ(std::count_if(chosen.begin(), chosen.end(), [](int64_t i) { return i >= 90; }), 2);
    }
}

TEST(Subset, OverlapsWithAWarningWhereTheSetIsTooSmall) {
    const Unbalanced data;
    const DataSplit split = splitSamples(data, 60, 70, 1);
    EXPECT_THAT(split.calibration, SizeIs(60));
    EXPECT_THAT(split.evaluation, SizeIs(70));
    EXPECT_THAT(shared(split), SizeIs(30));
    EXPECT_THAT(split.warning, HasSubstr("30 of the 70 evaluated samples"));
    EXPECT_EQ(overlap(data, split.calibration, data, split.evaluation), 30);
    const DataSplit all = splitSamples(data, 256, 0, 1);
    EXPECT_THAT(all.calibration, SizeIs(100));
    EXPECT_THAT(all.evaluation, SizeIs(100));
    EXPECT_THAT(all.warning, HasSubstr("100 of the 100"));
}

TEST(Subset, SamplesWithoutAnIdAreComparedWithinTheirOwnDataOnly) {
    const Unbalanced data, other;
    const std::vector<int64_t> indices = {1, 2, 3};
    EXPECT_EQ(overlap(data, indices, data, indices), 3);
    EXPECT_EQ(overlap(data, indices, other, indices), 0);
}

using SubsetOfFiles = DatasetTest;

TEST_F(SubsetOfFiles, SeesTheSameFilesThroughTwoSources) {
    copyImage("wide.png", "images/cat/a.png");
    copyImage("tall.png", "images/dog/b.png");
    copyImage("grey.png", "other.png");
    std::filesystem::create_directory_symlink(folder_ / "images", folder_ / "link");
    const auto folder = openDataset("imagefolder:" + (folder_ / "images").string(), {});
    const auto list =
        openDataset("imagelist:" + write("list.csv", "other.png\nlink/dog/../dog/b.png\n").string(), {});
    ASSERT_TRUE(folder && list);
    const std::vector<int64_t> both = {0, 1};
    EXPECT_EQ(overlap(**folder, both, **list, both), 1);
    EXPECT_EQ(overlap(**folder, std::vector<int64_t>{0}, **list, both), 0);
}

}  // namespace
}  // namespace qs
