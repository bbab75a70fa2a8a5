#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/metrics/confusion_matrix.h"
#include "analysis/metrics/metric.h"

namespace qs {

/// A metric that is the mean of a figure of each class, taken from the confusion matrix. Classes that have no
/// figure do not enter the mean.
class ClassShares : public Metric {
  public:
    protocol::MetricValue value() const final;
    std::optional<protocol::ClassReport> classReport() const final;

  protected:
    ClassShares(std::string metric, int64_t classes, std::vector<std::string> names)
        : matrix_(classes), metric_(std::move(metric)), names_(std::move(names)) {}

    /// `value`, in percent, and its interval where it has one.
    virtual void judge(protocol::ClassResult& row) const = 0;

    ConfusionMatrix matrix_;
    int64_t samples_ = 0;

  private:
    std::string metric_;
    std::vector<std::string> names_;
};

}  // namespace qs
