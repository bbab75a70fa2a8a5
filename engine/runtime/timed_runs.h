#pragma once

#include <utility>
#include <vector>

#include "runtime/executor.h"

namespace qs {

/// What one inference with timers took, in milliseconds.
struct RunTimes {
    std::vector<double> rows;  ///< what is timed by itself, the same in every inference
    double other = 0;          ///< binding inputs, copying outputs
};

/// The inferences with timers of a profile.
class TimedRuns {
  public:
    void add(RunTimes run) { runs_.push_back(std::move(run)); }
    bool empty() const { return runs_.empty(); }

    /// Chooses the runs that row() and otherMs() take their means over: the half whose sums are nearest to
    /// `wholeMs`, what an inference without timers takes. Means over the same runs add up, as medians of
    /// single rows do not; and a disturbed run, which is far from it, spoils none of them.
    void choose(double wholeMs);

    /// Writes the row's time, and its median and spread (these over all runs).
    void write(size_t row, NodeTime& time) const;
    double otherMs() const;

  private:
    std::vector<RunTimes> runs_;
    std::vector<size_t> chosen_;
};

}  // namespace qs
