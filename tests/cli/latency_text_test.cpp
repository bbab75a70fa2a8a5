#include <gmock/gmock.h>

#include "cli/comparison_text.h"
#include "cli/report.h"
#include "protocol/json.h"
#include "support/sample_results.h"

namespace qs::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

protocol::VariantResult timedVariant() {
    protocol::VariantResult variant = samples::variant(samples::recipe());
    variant.fp32.latency_ms = 1.723;
    variant.fp32.latency_p10_ms = 0.162;
    variant.fp32.latency_p90_ms = 1.862;
    variant.variant.latency_ms = 0.076;
    variant.speedup = 2.131;
    variant.speedup_low = 2.098;
    variant.speedup_high = 2.154;
    variant.measured.threads = 1;
    variant.measured.latency_runs = 120;
    variant.measured.latency_clock = "processor";
    return variant;
}

TEST(LatencyText, ASpeedupHasItsInterval) {
    EXPECT_THAT(
        summaryText(timedVariant()),
        AllOf(HasSubstr("speed-up 2.13x (2.10 to 2.15)"), HasSubstr("95 % intervals"),
              HasSubstr("median latency of 120 runs in turns (10 % to 90 %), processor time, 1 thread "
                        "on Imaginary CPU"),
              Not(HasSubstr("machine busy"))));
}

TEST(LatencyText, ABusyMachineNamesNoSpeedupButWhatWasMeasured) {
    protocol::VariantResult variant = timedVariant();
    variant.speedup.reset();
    variant.speedup_low = 2.1;
    variant.speedup_high = 24;
    variant.machine_busy = true;
    EXPECT_THAT(summaryText(variant),
                AllOf(HasSubstr("machine busy: no speed-up"),
                      HasSubstr("note: machine busy: FP32 took 1.723 ms, "
                                "the variant 0.076 ms, the ratio in turns "
                                "is 2.10 to 24.00 (95 % interval)"),
                      HasSubstr("1.723 (0.162 to 1.862)"), Not(HasSubstr("speed-up 2"))));
    const nlohmann::json json = variant;
    EXPECT_TRUE(json["speedup"].is_null());
    EXPECT_EQ(json["machine_busy"], true);
    EXPECT_EQ(json["speedup_high"], 24);
}

TEST(LatencyText, ResultsOfBeforeThereWereIntervalsRead) {
    nlohmann::json json = timedVariant();
    for (const char* name : {"speedup_low", "speedup_high", "machine_busy"}) {
        json.erase(name);
    }
    json["measured"].erase("latency_clock");
    const auto variant = json.get<protocol::VariantResult>();
    EXPECT_FALSE(variant.machine_busy);
    EXPECT_THAT(summaryText(variant), HasSubstr("speed-up 2.13x\n"));
}

TEST(LatencyText, ComparisonsHaveIntervalsToo) {
    protocol::ComparisonResult comparison;
    protocol::ComparisonRow& row = comparison.rows.emplace_back();
    row.name = "libtorch-fp32";
    row.median_ms = 3;
    row.ratio = 1.5;
    row.ratio_low = 1.47;
    row.ratio_high = 1.53;
    EXPECT_THAT(comparisonText(comparison), HasSubstr("1.50 x (1.47 to 1.53)"));
    row.ratio.reset();
    EXPECT_THAT(comparisonText(comparison), Not(HasSubstr("1.47")));
}

}  // namespace
}  // namespace qs::cli
