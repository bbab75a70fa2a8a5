#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "runtime/executor.h"

namespace qs {

/// Top-1 decisions of a model over a set of samples.
struct Predictions {
    std::vector<int64_t> classes;  ///< argmax of the first output, a sample each
    std::vector<int64_t> labels;   ///< empty where the data has none

    /// Percent of samples whose class is the label; absent without labels.
    std::optional<double> top1() const;
};

/// Runs `executor` over the first `samples` samples (0: all). `phase` names the progress ("Evaluating INT8").
Result<Predictions> predict(Executor& executor, Dataset& data, int64_t samples, int64_t batch,
                            const std::string& phase, Job& job);

/// Percent of samples on which both decided the same.
double agreement(const Predictions& a, const Predictions& b);

}  // namespace qs
