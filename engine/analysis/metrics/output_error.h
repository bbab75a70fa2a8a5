#pragma once

#include <optional>

#include "analysis/error_metrics.h"
#include "analysis/metrics/metric.h"

namespace qs {

/// One of the figures of ErrorMetrics between an output and FP32's, over all samples together.
class OutputError : public Metric {
  public:
    using Figure = std::optional<double> (ErrorMetrics::*)() const;

    explicit OutputError(Figure figure) : figure_(figure) {}
    Status add(const MetricBatch& batch) override;
    protocol::MetricValue value() const override;

  private:
    Figure figure_;
    ErrorMetrics errors_;
    int64_t samples_ = 0;
};

}  // namespace qs
