#pragma once

#include <vector>

#include "runtime/executor.h"

namespace qs {

/// By nearest rank, of at least one sample in ascending order.
double quantile(const std::vector<double>& sorted, double fraction);

/// Median of at least one sample.
double median(std::vector<double> samples);

/// Median and spread (nearest-rank quantiles) of the given milliseconds, with the threads now in force; all
/// zero where there are no runs.
LatencyStats summarize(std::vector<double> milliseconds);

}  // namespace qs
