#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

namespace qs {

/// Shared flag that asks a job to stop. Copies refer to the same flag; safe from any thread.
class CancelToken {
  public:
    CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
    void cancel() { flag_->store(true, std::memory_order_relaxed); }
    bool isCancelled() const { return flag_->load(std::memory_order_relaxed); }

  private:
    std::shared_ptr<std::atomic<bool>> flag_;
};

/// One report of a running job. `done` of `total` steps; total 0 means unknown. `etaSeconds` < 0 means
/// unknown.
struct Progress {
    int64_t done = 0;
    int64_t total = 0;
    std::string message;
    double etaSeconds = -1;
};

/// One point of a training curve, reported as it is measured. Steps count optimizer steps from 1;
/// `validationTop1` (percent) is set at the end of an epoch only, else negative.
struct TrainingPoint {
    int epoch = 0;
    int64_t step = 0;
    double loss = 0;
    double validationTop1 = -1;
};

/// What a long-running function gets from its caller: where to report and whether to stop.
/// Progress is throttled to one report every 50 ms; the first and last step of a phase always pass.
class Job {
  public:
    using ProgressSink = std::function<void(const Progress&)>;
    using TrainingSink = std::function<void(const TrainingPoint&)>;

    /// A job that reports nowhere and is never cancelled.
    Job() = default;
    Job(ProgressSink progress, CancelToken token, TrainingSink training = {})
        : progress_(std::move(progress)), training_(std::move(training)), token_(std::move(token)) {}

    /// Starts a phase: resets the clock from which the ETA is extrapolated.
    void begin(std::string message, int64_t total);
    /// Reports `done` steps of the phase and polls for cancellation: an error of kind Cancelled if asked to
    /// stop.
    Status step(int64_t done);
    Status checkCancelled() const { return token_.isCancelled() ? Status(cancelled()) : Status(); }
    void training(const TrainingPoint& point) const {
        if (training_) {
            training_(point);
        }
    }

  private:
    ProgressSink progress_;
    TrainingSink training_;
    CancelToken token_;
    std::string message_;
    int64_t total_ = 0;
    std::chrono::steady_clock::time_point begin_;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace qs
