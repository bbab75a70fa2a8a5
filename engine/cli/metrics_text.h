#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::cli {

/// "top-1 (%)"; with the output's name where `all` holds the metric for several outputs.
std::string metricTitle(const protocol::MetricValue& value, const std::vector<protocol::MetricValue>& all);

/// "92.40 (91.86 to 92.91)", "31.2"; "-" where absent.
std::string metricText(const protocol::MetricValue& value);

/// "drop 0.20 points (-0.61 to 1.01): not distinguishable from 0 on 500 samples".
std::string dropText(const protocol::MetricDrop& drop);

/// A line a metric.
std::string metricsText(const std::vector<protocol::MetricValue>& metrics);

/// A line a class, of one model or (with `int8`) of two, then the most frequent confusions of the last.
/// Nothing where there is no report.
std::string perClassText(const std::optional<protocol::ClassReport>& fp32,
                         const std::optional<protocol::ClassReport>& int8 = std::nullopt);

}  // namespace qs::cli
