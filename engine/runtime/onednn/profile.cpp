#include "runtime/onednn/profile.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "runtime/latency_stats.h"

namespace qs::onednn {

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
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

}  // namespace

Result<Profile> profilePlan(Plan& plan, std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job) {
    const size_t nodes = plan.nodes().size();
    std::vector<double> totals;
    std::vector<std::vector<double>> samples(nodes);
    std::vector<double> nodeMs(nodes);
    for (int run = -warmup; run < std::max(runs, 1); ++run) {
        QS_TRY(job.checkCancelled());
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

    Profile profile{.total = summarize(totals), .nodes = {}};
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
