#pragma once

#include <chrono>
#include <string>

#include "core/job.h"

namespace qs::cli {

/// Shows a job's progress on stderr: a bar that redraws itself on a terminal, a line a second elsewhere.
class ProgressMeter {
  public:
    explicit ProgressMeter(bool terminal) : terminal_(terminal) {}
    ~ProgressMeter() { clear(); }
    ProgressMeter(const ProgressMeter&) = delete;
    ProgressMeter& operator=(const ProgressMeter&) = delete;

    void show(const Progress& progress);
    void show(const TrainingPoint& point);
    /// Removes the bar, so that other output starts on an empty line.
    void clear();

  private:
    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point lastLine_;
};

}  // namespace qs::cli
