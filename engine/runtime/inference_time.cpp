#include "runtime/inference_time.h"

#include <omp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace qs {

namespace {

/// Milliseconds that the threads of this process have spent on run queues so far. The second number of a
/// thread's schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst of Linux).
double waitedSoFar() {
    double nanoseconds = 0;
    std::error_code ended;
    for (std::filesystem::directory_iterator task("/proc/self/task", ended), end; !ended && task != end;
         task.increment(ended)) {
        std::ifstream file(task->path() / "schedstat");
        double ran = 0, waited = 0;
        if (file >> ran >> waited) {
            nanoseconds += waited;
        }
    }
    return nanoseconds * 1e-6;
}

}  // namespace

double millisecondsOf(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

const char* clockFor(int threads) {
    return threads == 1 ? "processor" : "wall";
}

InferenceClock::InferenceClock() {
    constexpr int kReadings = 15;
    std::vector<InferenceTime> nothing;
    for (int i = 0; i < kReadings; ++i) {
        start();
        nothing.push_back(stop());
    }
    // The least: what is interrupted here would be taken from every inference.
    processorCost_ = std::ranges::min(nothing, {}, &InferenceTime::processorMs).processorMs;
    wallCost_ = std::ranges::min(nothing, {}, &InferenceTime::wallMs).wallMs;
}

void InferenceClock::start() {
    countsWaiting_ = omp_get_max_threads() > 1;
    waitedBegin_ = countsWaiting_ ? waitedSoFar() : 0;
    processorBegin_ = millisecondsOf(CLOCK_THREAD_CPUTIME_ID);
    wallBegin_ = millisecondsOf(CLOCK_MONOTONIC);
}

InferenceTime InferenceClock::stop() {
    InferenceTime time;
    time.wallMs = std::max(0.0, millisecondsOf(CLOCK_MONOTONIC) - wallBegin_ - wallCost_);
    time.processorMs =
        std::max(0.0, millisecondsOf(CLOCK_THREAD_CPUTIME_ID) - processorBegin_ - processorCost_);
    time.waitedMs = countsWaiting_ ? std::max(0.0, waitedSoFar() - waitedBegin_) : 0;
    return time;
}

}  // namespace qs
