// Measuring in parts, and building once.

#include <gmock/gmock.h>

#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Parts : public WorkbenchTest {
  protected:
    protocol::VariantSpec variant(std::vector<std::string> floatLayers = {}) const {
        return {resnet(), images(), {}, recipe(std::move(floatLayers))};
    }

    /// The phases that measuring goes through.
    std::vector<std::string> phasesOf(const protocol::VariantSpec& spec) {
        std::vector<std::string> phases;
        Job job([&](const Progress& progress) { phases.push_back(progress.message); }, {});
        const auto measured = workbench_.measure(spec, job);
        EXPECT_TRUE(measured) << measured.error().message;
        return phases;
    }
};

TEST_F(Parts, ComeOneAfterTheOther) {
    std::vector<std::string> parts;
    const auto result =
        workbench_.measure(variant(), job_, [&](const std::string& part, const protocol::VariantResult& r) {
            parts.push_back(part);
            EXPECT_TRUE(r.layers.back().sqnr_db);
            EXPECT_EQ(r.variant.top1.has_value(), part != "errors");
            EXPECT_EQ(r.layers.back().output_error_percent.has_value(),
                      part == "contributions" || part == "latency");
            EXPECT_EQ(r.speedup_low.has_value(), part == "latency");
        });
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(parts, ElementsAre("errors", "accuracy", "contributions", "latency"));
}

TEST_F(Parts, WithoutDataThereIsNoAccuracy) {
    protocol::VariantSpec spec = variant();
    spec.data.reset();
    spec.recipe.latency_runs = 0;
    std::vector<std::string> parts;
    ASSERT_TRUE(workbench_.measure(
        spec, job_, [&](const std::string& part, const protocol::VariantResult&) { parts.push_back(part); }));
    EXPECT_THAT(parts, ElementsAre("errors", "contributions"));
}

TEST_F(Parts, GiveWhatMeasuringAllGives) {
    const auto errors = workbench_.measurePart(variant(), VariantPart::Errors, job_);
    ASSERT_TRUE(errors) << errors.error().message;
    EXPECT_FALSE(errors->variant.top1);
    EXPECT_FALSE(errors->speedup_low);
    const auto latency = workbench_.measurePart(variant(), VariantPart::Latency, job_);
    ASSERT_TRUE(latency) << latency.error().message;
    EXPECT_TRUE(latency->speedup_low);
    EXPECT_TRUE(latency->layers.back().sqnr_db) << "known already";
    const auto accuracy = workbench_.measurePart(variant(), VariantPart::Accuracy, job_);
    ASSERT_TRUE(accuracy) << accuracy.error().message;
    const auto contributions = workbench_.measurePart(variant(), VariantPart::Contributions, job_);
    ASSERT_TRUE(contributions) << contributions.error().message;
    Workbench other;
    const auto all = other.measure(variant(), job_);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(accuracy->variant.top1, all->variant.top1);
    EXPECT_EQ(accuracy->agreement, all->agreement);
    EXPECT_EQ(accuracy->measured.samples, all->measured.samples);
    EXPECT_EQ(accuracy->measured.error_samples, all->measured.error_samples);
    EXPECT_EQ(accuracy->notes, all->notes);
    ASSERT_EQ(errors->layers.size(), all->layers.size());
    for (size_t i = 0; i < all->layers.size(); ++i) {
        EXPECT_EQ(errors->layers[i].mse, all->layers[i].mse) << all->layers[i].name;
        EXPECT_EQ(contributions->layers[i].output_error_percent, all->layers[i].output_error_percent);
        EXPECT_EQ(contributions->layers[i].local_sqnr_db, all->layers[i].local_sqnr_db);
    }
}

TEST_F(Parts, AreMeasuredOnceForTheSameVariantAndLatencyEachTime) {
    EXPECT_THAT(phasesOf(variant()), Contains(HasSubstr("Evaluating")));
    const auto again = phasesOf(variant());
    EXPECT_THAT(again, Not(Contains(HasSubstr("Evaluating"))));
    EXPECT_THAT(again, Contains(HasSubstr("latency")));
    protocol::VariantSpec other = variant();
    other.recipe.metric = "top5";
    EXPECT_THAT(phasesOf(other), Contains(HasSubstr("Evaluating")));
}

TEST_F(Parts, AVariantIsBuiltOnceToBeMeasuredExportedVerifiedAndCompared) {
    const auto measured = workbench_.measure(variant(), job_);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_EQ(workbench_.builds(), 1);
    ASSERT_TRUE(workbench_.measure(variant(), job_));
    protocol::VariantSpec calibrated = variant();
    calibrated.recipe = measured->recipe;
    const auto written = exportModel({calibrated, file("net.pt")}, job_);
    ASSERT_TRUE(written) << written.error().message;
    protocol::VerifyParams verifying;
    verifying.file = file("net.pt");
    verifying.model = resnet();
    verifying.data = images();
    verifying.samples = 16;
    const auto proof = workbench_.verify(verifying, job_);
    ASSERT_TRUE(proof) << proof.error().message;
    ASSERT_TRUE(workbench_.compare({calibrated, {"ours-fp32"}}, job_));
    EXPECT_EQ(workbench_.builds(), 1);
}

TEST_F(Parts, WhatGoesIntoAVariantMakesAnother) {
    ASSERT_TRUE(workbench_.measurePart(variant(), VariantPart::Errors, job_));
    std::vector<protocol::VariantSpec> others(4, variant());
    others[0] = variant({"fc"});
    others[1].recipe.calib_samples = 32;
    others[2].recipe.seed = 2;
    others[3].calib_data = protocol::DataSpec{"fashion-mnist:test", {}};
    for (size_t i = 0; i < others.size(); ++i) {
        ASSERT_TRUE(workbench_.measurePart(others[i], VariantPart::Errors, job_)) << i;
        EXPECT_EQ(workbench_.builds(), 2 + static_cast<int64_t>(i)) << i;
    }
}

TEST_F(Parts, AFileThatChangesIsBuiltAnew) {
    std::filesystem::copy_file(resnet(), file("net.pt"));
    protocol::VariantSpec spec = variant();
    spec.model = file("net.pt");
    ASSERT_TRUE(workbench_.measurePart(spec, VariantPart::Errors, job_));
    std::filesystem::copy_file(mobilenet(), file("net.pt"),
                               std::filesystem::copy_options::overwrite_existing);
    const auto other = workbench_.measurePart(spec, VariantPart::Errors, job_);
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_EQ(workbench_.builds(), 2);
}

}  // namespace
}  // namespace qs
