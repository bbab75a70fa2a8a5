#include "runtime/plan/profile.h"

#include <ATen/core/grad_mode.h>
#include <omp.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/guard.h"
#include "runtime/threads.h"
#include "runtime/timed_runs.h"

namespace qs::runtime {

namespace {

/// Reading a clock may lengthen a run by this share.
constexpr double kMostClockShare = 0.02;

/// Milliseconds that one reading of the clock takes: the least of several stretches, as others may be
/// interrupted, and what is too much here is taken from every layer's time.
double costOf(clockid_t clock) {
    constexpr int kStretches = 20, kReadings = 50;
    double least = std::numeric_limits<double>::infinity();
    for (int stretch = 0; stretch < kStretches; ++stretch) {
        const double begin = millisecondsOf(clock);
        for (int i = 1; i < kReadings; ++i) {
            (void)millisecondsOf(clock);
        }
        least = std::min(least, (millisecondsOf(clock) - begin) / kReadings);
    }
    return least;
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

class PlanProfiler final : public Profiler {
  public:
    PlanProfiler(std::shared_ptr<Plan> plan, std::vector<at::Tensor> inputs)
        : plan_(std::move(plan)),
          inputs_(std::move(inputs)),
          onOneThread_(omp_get_max_threads() == 1),
          wallCostMs_(costOf(CLOCK_MONOTONIC)),
          processorCostMs_(costOf(CLOCK_THREAD_CPUTIME_ID)) {}

    Result<InferenceTime> run() override {
        return guard("cannot run the model", [&] {
            const at::NoGradGuard noGrad;
            adoptThreads();
            clock_.start();
            plan_->run(inputs_);
            const InferenceTime time = clock_.stop();
            chooseClock(time);
            return time;
        });
    }

    Status runTimed() override {
        return guard("cannot profile the model", [&]() -> Status {
            const at::NoGradGuard noGrad;
            adoptThreads();
            RunTimes times{.rows = std::vector<double>(plan_->rows().size())};
            plan_->runTimed(inputs_, times, byProcessor_ ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC);
            for (double& ms : times.rows) {
                ms = std::max(0.0, ms - clockMs());
            }
            runs_.add(std::move(times));
            return {};
        });
    }

    Profile profile(const LatencyStats& total) const override {
        TimedRuns runs = runs_;
        runs.choose(total.medianMs);
        Profile profile{.total = total, .nodes = {}};
        size_t row = 0;
        for (const PlannedNode& node : plan_->nodes()) {
            if (!node.reorders.empty()) {
                runs.write(row++, profile.nodes.emplace_back(reorderOf(node)));
            }
            NodeTime& step = profile.nodes.emplace_back(stepOf(node));
            if (!node.steps.empty()) {
                runs.write(row++, step);
            }
        }
        profile.otherMs = runs.otherMs();
        profile.overheadMs = clockMs() * readings();
        profile.plan = plan_->facts();
        return profile;
    }

  private:
    /// On one thread the processor's time, as of whole inferences, unless reading it, which takes the kernel
    /// two microseconds, lengthens a short network too much. Such a one fits between two time slices of other
    /// work. All timed runs are by one clock.
    void chooseClock(const InferenceTime& whole) {
        if (runs_.empty()) {
            byProcessor_ =
                onOneThread_ && processorCostMs_ * readings() <= kMostClockShare * whole.processorMs;
        }
    }
    double readings() const { return static_cast<double>(plan_->rows().size() + 2); }
    double clockMs() const { return byProcessor_ ? processorCostMs_ : wallCostMs_; }

    std::shared_ptr<Plan> plan_;
    std::vector<at::Tensor> inputs_;
    InferenceClock clock_;
    bool onOneThread_;
    double wallCostMs_;
    double processorCostMs_;
    bool byProcessor_ = false;
    TimedRuns runs_;
};

}  // namespace

std::unique_ptr<Profiler> makePlanProfiler(std::shared_ptr<Plan> plan, std::vector<at::Tensor> inputs) {
    return std::make_unique<PlanProfiler>(std::move(plan), std::move(inputs));
}

}  // namespace qs::runtime
