#include "comparison/comparison.h"

#include <gmock/gmock.h>

#include "comparison/comparison_fixture.h"
#include "runtime/executor.h"
#include "runtime/paired_ratio.h"
#include "support/changed_archive.h"

namespace qs::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using ComparisonTest = ComparisonFixture;

constexpr int kRuns = 3;

const protocol::ComparisonRow& row(const protocol::ComparisonResult& result, const std::string& name) {
    return *std::ranges::find(result.rows, name, &protocol::ComparisonRow::name);
}

void expectRan(const protocol::ComparisonRow& row) {
    ASSERT_TRUE(row.median_ms) << row.name << ": " << row.note;
    EXPECT_GT(*row.median_ms, 0) << row.name;
    EXPECT_LE(*row.p10_ms, *row.median_ms) << row.name;
    EXPECT_GE(*row.p90_ms, *row.median_ms) << row.name;
    EXPECT_GT(row.prepare_ms.value_or(0), 0) << row.name;
    ASSERT_TRUE(row.ratio_low && row.ratio_high) << row.name;
    EXPECT_LE(*row.ratio_low, *row.ratio_high) << row.name;
    EXPECT_NE(row.ratio.has_value(), row.note.find("machine busy") != std::string::npos) << row.note;
    EXPECT_FALSE(row.version.empty()) << row.name;
}

TEST_F(ComparisonTest, EveryContestantRunsOrSaysWhyNot) {
    Job job;
    const auto result = compareRuntimes(subject(), {{"all"}, 1, kRuns}, job);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->rows.size(), contestants().names().size());
    EXPECT_EQ(result->rows.front().name, kOursInt8);
    EXPECT_EQ(result->rows.front().ratio, 1.0);
    const bool onnxRuntime = hasOnnxRuntime();
    for (const auto& row : result->rows) {
        EXPECT_FALSE(row.description.empty()) << row.name;
        if (row.median_ms || onnxRuntime || !row.name.starts_with("onnxruntime")) {
            expectRan(row);
        } else {
            EXPECT_THAT(row.note, HasSubstr("onnxruntime-node")) << row.name;
        }
    }
    EXPECT_EQ(result->clock, "processor");
    EXPECT_EQ(result->measured.threads, 1);
    EXPECT_EQ(result->measured.latency_runs, kFewestTurns) << "fewer give no interval";
    EXPECT_FALSE(result->measured.cpu.empty());
}

TEST_F(ComparisonTest, SeveralThreadsAreTimedByTheClock) {
    ComparisonSubject two = subject();
    two.threads = 2;
    Job job;
    const auto result = compareRuntimes(two, {{"bare-int8"}, 1, kRuns}, job);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->clock, "wall");
    EXPECT_EQ(result->measured.threads, 2);
    setThreads(0);
}

TEST_F(ComparisonTest, WhatCannotRunLeavesTheOthersAlone) {
    ComparisonSubject broken = subject();
    broken.model = folder_->path() / "missing.pt";
    Job job;
    const auto result = compareRuntimes(broken, {{"libtorch-fp32", "ours-fp32"}, 1, kRuns}, job);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(row(*result, "libtorch-fp32").note, HasSubstr("missing.pt"));
    EXPECT_FALSE(row(*result, "libtorch-fp32").median_ms);
    EXPECT_FALSE(row(*result, "libtorch-fp32").ratio);
    expectRan(row(*result, "ours-fp32"));
}

TEST_F(ComparisonTest, AModelThatActsIsNotRun) {
    ComparisonSubject acting = subject();
    const auto model = folder_->path() / "model.pt";
    std::filesystem::copy_file(acting.model, model);
    acting.model = actingCopy(model, folder_->path() / "mark");
    Job job;
    const auto result = compareRuntimes(acting, {{"libtorch-fp32"}, 1, kRuns}, job);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(row(*result, "libtorch-fp32").note, HasSubstr("it calls aten::save in"));
    EXPECT_FALSE(std::filesystem::exists(folder_->path() / "mark"));
}

TEST_F(ComparisonTest, AnOnnxModelIsExportedForLibTorch) {
    ComparisonSubject onnx = subject();
    onnx.model = folder_->path() / "model.onnx";
    Job job;
    const auto result = compareRuntimes(onnx, {{"libtorch-fp32"}, 1, kRuns}, job);
    ASSERT_TRUE(result) << result.error().message;
    expectRan(row(*result, "libtorch-fp32"));
    EXPECT_THAT(row(*result, "libtorch-fp32").note, HasSubstr("export"));
}

TEST_F(ComparisonTest, ACancelledJobStopsBetweenRounds) {
    CancelToken token;
    int64_t rounds = 0;
    Job job(
        [&](const Progress& progress) {
            if (progress.message == "Comparing") {
                rounds = progress.done;
                token.cancel();
            }
        },
        token);
    const auto result = compareRuntimes(subject(), {{"ours-fp32"}, 1, 1000000}, job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(rounds, 0);
}

TEST_F(ComparisonTest, SettingsThatMakeNoSenseAreUsageErrors) {
    Job job;
    for (const ComparisonOptions& options :
         {ComparisonOptions{{"all"}, 1, 0}, {{"all"}, -1, 1}, {{"ours-int9"}, 1, 1}}) {
        const auto result = compareRuntimes(subject(), options, job);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::Usage) << result.error().message;
    }
}

TEST(Contestants, OursIsAlwaysAmongThemAndFirst) {
    EXPECT_THAT(*chooseContestants({}), ElementsAre(kOursInt8));
    EXPECT_THAT(*chooseContestants({"ours-fp32", "bare-int8"}),
                ElementsAre(kOursInt8, "bare-int8", "ours-fp32"));
    EXPECT_THAT(*chooseContestants({"ours-int8", "ours-fp32"}), ElementsAre(kOursInt8, "ours-fp32"));
    const auto all = chooseContestants({"bare-int8", "all"});
    EXPECT_EQ(all->size(), contestants().names().size());
    EXPECT_EQ(all->front(), kOursInt8);
}

TEST(Contestants, UnknownOnesAreUsageErrorsThatNameThoseThereAre) {
    const auto names = chooseContestants({"ours-fp32", "onnxruntime"});
    ASSERT_FALSE(names);
    EXPECT_EQ(names.error().kind, ErrorKind::Usage);
    EXPECT_THAT(names.error().message, HasSubstr("'onnxruntime'"));
    for (const std::string& name : contestants().names()) {
        EXPECT_THAT(names.error().message, HasSubstr(name));
    }
}

}  // namespace
}  // namespace qs::test
