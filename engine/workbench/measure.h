#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "analysis/evaluation.h"
#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"
#include "workbench/variant_part.h"

namespace qs {

/// The metrics for a model on data (of which only the labels matter): `metric` by hand, or those that fit.
Result<std::vector<ChosenMetric>> metricsFor(const OpenedModel& opened, const Dataset& data,
                                             const std::string& metric, bool withReference);

/// `evaluated` into `result`, with top1 where it was measured.
void writeMetrics(const EvaluatedModel& evaluated, protocol::ModelResult& result);

/// Adds that `model` ("the FP32 model") gives outputs that are not finite, where it does.
void noteNotFinite(const std::string& model, const EvaluatedModel& evaluated, int64_t samples,
                   std::vector<std::string>& notes);

/// Builds the variant and measures the parts, in their order. Errors and accuracy that were measured on the
/// same samples before are found again; latency is measured anew. The result has what is known of the other
/// parts, too.
Result<protocol::VariantResult> measureVariant(Caches& caches, const protocol::VariantSpec& variant,
                                               std::initializer_list<VariantPart> parts,
                                               const PartialResults& partial, Job& job);

}  // namespace qs
