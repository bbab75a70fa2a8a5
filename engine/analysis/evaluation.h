#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/metrics/metric.h"
#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "runtime/executor.h"

namespace qs {

/// What FP32 gave for each batch of a set of samples, kept as far as it fits into a limit: variants are
/// compared with FP32 one after another, and FP32 need not run again for each.
class ReferenceOutputs {
  public:
    static constexpr int64_t kLimitBytes = int64_t{128} << 20;

    explicit ReferenceOutputs(int64_t limitBytes = kLimitBytes) : limit_(limitBytes) {}

    /// The kept outputs of batch `index`, or null.
    const std::vector<at::Tensor>* find(size_t index) const;
    /// Keeps the outputs of the next batch if they fit; batches come in order.
    void offer(size_t index, const std::vector<at::Tensor>& outputs);
    int64_t bytes() const { return bytes_; }

  private:
    int64_t limit_;
    int64_t bytes_ = 0;
    std::vector<std::vector<at::Tensor>> batches_;
};

struct EvaluationOptions {
    std::vector<ChosenMetric> metrics;  ///< the headline first
    int64_t batch = 64;
    int64_t fixedBatch = 0;  ///< Graph::fixedBatch()
};

/// Figures of one model.
struct EvaluatedModel {
    std::vector<protocol::MetricValue> metrics;
    std::optional<protocol::ClassReport> classes;  ///< of the first metric that has one
    int64_t notFinite = 0;                         ///< samples with outputs that are infinite or not a number
};

struct Evaluation {
    EvaluatedModel fp32;  ///< without the metrics that compare with FP32
    EvaluatedModel variant;
    std::optional<protocol::MetricDrop> drop;  ///< in the headline, unless that compares with FP32 already
    int64_t samples = 0;
};

/// Streams `data` through FP32 and, unless null, through a variant of it, and measures both on the same
/// samples. Failure where no sample can be read. `phase` names the progress ("Evaluating").
Result<Evaluation> evaluateModels(const Dataset& data, Executor& fp32, Executor* variant,
                                  ReferenceOutputs& reference, const EvaluationOptions& options,
                                  const std::string& phase, Job& job);

}  // namespace qs
