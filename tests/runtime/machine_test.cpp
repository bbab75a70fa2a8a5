#include <gtest/gtest.h>

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

}  // namespace

}  // namespace qs::test
