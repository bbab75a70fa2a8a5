#include "runtime/inference_time.h"

#include <gtest/gtest.h>

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "runtime/executor.h"

namespace qs::test {
namespace {

void burn(std::chrono::milliseconds length) {
    const auto end = std::chrono::steady_clock::now() + length;
    while (std::chrono::steady_clock::now() < end) {
    }
}

TEST(InferenceTime, SleepingTakesWallTimeAndNoProcessor) {
    setThreads(1);
    InferenceClock clock;
    clock.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const InferenceTime time = clock.stop();
    EXPECT_GE(time.wallMs, 19);
    EXPECT_LT(time.processorMs, 5);
    EXPECT_EQ(time.msOn(1), time.processorMs);
    EXPECT_EQ(time.msOn(2), time.wallMs);
    EXPECT_STREQ(clockFor(1), "processor");
    EXPECT_STREQ(clockFor(2), "wall");
    setThreads(0);
}

TEST(InferenceTime, OfNothingIsNothing) {
    InferenceClock clock;
    double least = 1;
    for (int i = 0; i < 20; ++i) {
        clock.start();
        least = std::min(least, clock.stop().processorMs);
    }
    EXPECT_LT(least, 0.002) << "what the clock takes is taken out";
}

/// Two threads that share one processor keep each other waiting.
TEST(InferenceTime, ThreadsWithoutAProcessorWait) {
    cpu_set_t before, one;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &before)) {
            CPU_SET(cpu, &one);
            break;
        }
    }
    setThreads(2);
    InferenceClock clock;
    clock.start();
    std::jthread other([&] {
        ::sched_setaffinity(0, sizeof one, &one);
        burn(std::chrono::milliseconds(60));
    });
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    burn(std::chrono::milliseconds(60));
    const InferenceTime time = clock.stop();
    ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
    setThreads(0);
    if (!std::ifstream("/proc/self/schedstat")) {
        GTEST_SKIP() << "this kernel does not tell how long threads wait";
    }
    EXPECT_GT(time.waitedMs, 10);
}

}  // namespace
}  // namespace qs::test
