#include "runtime/onednn/profile.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace qs::onednn {

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Nearest-rank quantile; sorts.
double quantile(std::vector<double>& samples, double fraction) {
    std::ranges::sort(samples);
    const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(samples.size())));
    return samples[std::clamp<size_t>(rank, 1, samples.size()) - 1];
}

double median(std::vector<double>& samples) {
    std::ranges::sort(samples);
    const size_t half = samples.size() / 2;
    return samples.size() % 2 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

/// Milliseconds that one reading of the clock takes.
double clockCost() {
    constexpr int kReadings = 1000;
    const auto begin = Clock::now();
    for (int i = 1; i < kReadings; ++i) {
        (void)Clock::now();
    }
    return millisecondsSince(begin) / kReadings;
}

LatencyStats statistics(std::vector<double>& totals) {
    LatencyStats stats;
    stats.medianMs = median(totals);
    stats.p10Ms = quantile(totals, 0.1);
    stats.p90Ms = quantile(totals, 0.9);
    stats.minMs = totals.front();
    stats.runs = static_cast<int>(totals.size());
    stats.threads = omp_get_max_threads();
    return stats;
}

}  // namespace

Profile profilePlan(Plan& plan, std::span<const at::Tensor> inputs, int warmup, int runs) {
    const size_t nodes = plan.nodes().size();
    std::vector<double> totals;
    std::vector<std::vector<double>> samples(nodes);
    std::vector<double> nodeMs(nodes);
    for (int run = -warmup; run < std::max(runs, 1); ++run) {
        const auto begin = Clock::now();
        plan.run(inputs);
        const double total = millisecondsSince(begin);
        plan.runTimed(inputs, nodeMs);
        if (run < 0) {
            continue;
        }
        totals.push_back(total);
        for (size_t i = 0; i < nodes; ++i) {
            samples[i].push_back(nodeMs[i]);
        }
    }

    Profile profile{statistics(totals), {}};
    const double cost = clockCost();
    double sum = 0;
    for (size_t i = 0; i < nodes; ++i) {
        const PlannedNode& node = plan.nodes()[i];
        const double ms = node.steps.empty() ? 0 : std::max(0.0, median(samples[i]) - cost);
        profile.nodes.push_back({node.node, ms, node.implementation});
        sum += ms;
    }
    for (NodeTime& node : profile.nodes) {
        node.ms *= sum > 0 ? profile.total.medianMs / sum : 0;
    }
    return profile;
}

}  // namespace qs::onednn
