#include <gtest/gtest.h>

#include "runtime/boundary_timer.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "runtime/machine_peaks.h"

namespace qs::test {

namespace {

TEST(MachinePeaks, ArePlausibleAndRemembered) {
    setThreads(1);
    const MachinePeaks peaks = machinePeaks();
    EXPECT_EQ(peaks.threads, 1);
    EXPECT_GT(peaks.fp32GmacsPerSecond, 0.1);
    EXPECT_LT(peaks.fp32GmacsPerSecond, 10000);
    // Where the processor multiplies bytes four at a time, nothing makes floats as fast.
    EXPECT_GT(peaks.int8GmacsPerSecond, cpuInfo().hasVnni ? peaks.fp32GmacsPerSecond : 0.1);
    EXPECT_GT(peaks.memoryGbPerSecond, 0.1);
    EXPECT_GT(peaks.cacheGbPerSecond, 0.5 * peaks.memoryGbPerSecond);
    EXPECT_EQ(machinePeaks().int8GmacsPerSecond, peaks.int8GmacsPerSecond);
    setThreads(0);
}

TEST(BoundaryTimer, GrowsWithTheTensorAndIsRemembered) {
    BoundaryTimer timer;
    const double small = timer.quantizeMs(1000), large = timer.quantizeMs(8'000'000);
    EXPECT_GT(small, 0);
    EXPECT_GT(large, small);
    EXPECT_GT(timer.dequantizeMs(8'000'000), timer.dequantizeMs(1000));
    EXPECT_EQ(timer.quantizeMs(1000), small);
}

}  // namespace

}  // namespace qs::test
