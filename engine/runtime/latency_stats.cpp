#include "runtime/latency_stats.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

namespace qs {

double quantile(const std::vector<double>& sorted, double fraction) {
    const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
    return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

double median(std::vector<double> samples) {
    std::ranges::sort(samples);
    const size_t half = samples.size() / 2;
    return samples.size() % 2 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

LatencyStats summarize(std::vector<double> milliseconds) {
    LatencyStats stats;
    stats.runs = static_cast<int>(milliseconds.size());
    stats.threads = omp_get_max_threads();
    if (milliseconds.empty()) {
        return stats;
    }
    std::ranges::sort(milliseconds);
    stats.medianMs = median(milliseconds);
    stats.p10Ms = quantile(milliseconds, 0.1);
    stats.p90Ms = quantile(milliseconds, 0.9);
    stats.minMs = milliseconds.front();
    return stats;
}

}  // namespace qs
