#include "runtime/timed_runs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/latency_stats.h"

namespace qs {

void TimedRuns::choose(double wholeMs) {
    chosen_.resize(runs_.size());
    std::iota(chosen_.begin(), chosen_.end(), size_t{0});
    std::ranges::stable_sort(chosen_, {}, [&](size_t run) {
        const RunTimes& times = runs_[run];
        return std::abs(std::accumulate(times.rows.begin(), times.rows.end(), times.other) - wholeMs);
    });
    chosen_.resize((chosen_.size() + 1) / 2);
}

void TimedRuns::write(size_t row, NodeTime& time) const {
    std::vector<double> all;
    for (const RunTimes& run : runs_) {
        all.push_back(run.rows[row]);
    }
    const LatencyStats stats = summarize(std::move(all));
    time.medianMs = stats.medianMs;
    time.runs = stats.runs;
    time.p10Ms = stats.p10Ms;
    time.p90Ms = stats.p90Ms;
    time.ms = 0;
    for (const size_t run : chosen_) {
        time.ms += runs_[run].rows[row] / static_cast<double>(chosen_.size());
    }
}

double TimedRuns::otherMs() const {
    double sum = 0;
    for (const size_t run : chosen_) {
        sum += runs_[run].other / static_cast<double>(chosen_.size());
    }
    return sum;
}

}  // namespace qs
