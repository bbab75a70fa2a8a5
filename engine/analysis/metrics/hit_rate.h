#pragma once

#include <vector>

#include "analysis/metrics/metric.h"

namespace qs {

/// A metric that is a share of the samples, in percent with Wilson's interval.
class HitRate : public Metric {
  public:
    Status add(const MetricBatch& batch) final;
    protocol::MetricValue value() const final;
    const std::vector<bool>* lastHits() const final { return &lastHits_; }

  private:
    /// Whether each sample of the batch counts.
    virtual Result<std::vector<bool>> judge(const MetricBatch& batch) = 0;

    int64_t hits_ = 0;
    int64_t samples_ = 0;
    std::vector<bool> lastHits_;
};

/// A one-dimensional bool tensor as hits.
std::vector<bool> toHits(const at::Tensor& hits);

}  // namespace qs
