#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "analysis/metrics/metric.h"
#include "core/result.h"

namespace qs {

/// Why the output is not one score a class (N x C, perhaps with trailing extents of 1), or nothing.
std::string refuseUnlessScores(const MetricSubject& subject);
/// The same, or why the labels are not one class a sample.
std::string refuseUnlessClassified(const MetricSubject& subject);

/// C of a subject that is not refused.
int64_t classCount(const MetricSubject& subject);
/// N x C.
at::Tensor scoresOf(const at::Tensor& output);
/// The place of the highest score along `dim`, or -1 where one of the scores is not a number: nothing is the
/// highest then.
at::Tensor bestOf(const at::Tensor& scores, int64_t dim);
/// The classes that belong to the samples of the batch (int64, N); failure for one that the model does not
/// have.
Result<at::Tensor> classLabels(const MetricBatch& batch, int64_t classes);

}  // namespace qs
