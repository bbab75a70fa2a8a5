#include "runtime/onednn/profile.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "runtime/latency_stats.h"

namespace qs::onednn {

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Milliseconds that one reading of the clock takes: the least of several stretches, as others may be
/// interrupted, and what is too much here is taken from every layer's time.
double clockCost() {
    constexpr int kStretches = 20, kReadings = 50;
    double least = std::numeric_limits<double>::infinity();
    for (int stretch = 0; stretch < kStretches; ++stretch) {
        const auto begin = Clock::now();
        for (int i = 1; i < kReadings; ++i) {
            (void)Clock::now();
        }
        least = std::min(least, millisecondsSince(begin) / kReadings);
    }
    return least;
}

/// Index of the runs whose total lies between the quartiles: at least the middle one.
std::vector<size_t> centralRuns(const std::vector<double>& totals) {
    std::vector<size_t> order(totals.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, {}, [&](size_t run) { return totals[run]; });
    const size_t quarter = order.size() / 4;
    return {order.begin() + static_cast<std::ptrdiff_t>(quarter),
            order.end() - static_cast<std::ptrdiff_t>(quarter)};
}

double meanOver(const std::vector<size_t>& runs, const std::function<double(size_t)>& ms) {
    double sum = 0;
    for (const size_t run : runs) {
        sum += ms(run);
    }
    return sum / static_cast<double>(runs.size());
}

/// Row `row` of the timed runs as the time of a node's steps or reorders.
void setTimes(NodeTime& time, size_t row, const std::vector<RunTimes>& timed,
              const std::vector<size_t>& central, double clock) {
    std::vector<double> samples;
    for (const RunTimes& run : timed) {
        samples.push_back(std::max(0.0, run.rows[row] - clock));
    }
    time.ms = meanOver(central, [&](size_t run) { return samples[run]; });
    const LatencyStats stats = summarize(std::move(samples));
    time.p10Ms = stats.p10Ms;
    time.p90Ms = stats.p90Ms;
}

NodeTime reorderOf(const PlannedNode& node) {
    NodeTime time{.node = node.node, .implementation = "reorder", .kind = NodeTime::Kind::Reorder};
    time.bytes = node.reorderBytes;
    return time;
}

NodeTime stepOf(const PlannedNode& node) {
    NodeTime time{.node = node.node, .implementation = node.implementation};
    time.refusals = node.refusals;
    time.bytes = node.bytes;
    return time;
}

}  // namespace

Result<Profile> profilePlan(Plan& plan, std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job) {
    std::vector<double> totals, timedTotals;
    std::vector<RunTimes> timed;
    RunTimes times{.rows = std::vector<double>(plan.rows().size())};
    for (int run = -warmup; run < std::max(runs, 1); ++run) {
        QS_TRY(job.checkCancelled());
        const auto begin = Clock::now();
        plan.run(inputs);
        const double total = millisecondsSince(begin);
        const auto beginTimed = Clock::now();
        plan.runTimed(inputs, times);
        const double timedTotal = millisecondsSince(beginTimed);
        if (run >= 0) {
            totals.push_back(total);
            timedTotals.push_back(timedTotal);
            timed.push_back(times);
        }
    }

    const std::vector<size_t> central = centralRuns(timedTotals);
    const double clock = clockCost();
    Profile profile{.total = summarize(std::move(totals)), .nodes = {}};
    size_t row = 0;
    for (const PlannedNode& node : plan.nodes()) {
        if (!node.reorders.empty()) {
            setTimes(profile.nodes.emplace_back(reorderOf(node)), row++, timed, central, clock);
        }
        NodeTime& step = profile.nodes.emplace_back(stepOf(node));
        if (!node.steps.empty()) {
            setTimes(step, row++, timed, central, clock);
        }
    }
    profile.otherMs = meanOver(central, [&](size_t run) { return timed[run].bind + timed[run].copyOutputs; });
    profile.overheadMs = clock * static_cast<double>(plan.rows().size() + 2);
    profile.plan = plan.facts();
    return profile;
}

}  // namespace qs::onednn
