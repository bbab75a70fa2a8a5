#pragma once

#include <map>
#include <string>

#include "analysis/error_metrics.h"
#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "runtime/executor.h"

namespace qs {

/// Accumulated error by layer: the output of each layer in the quantized network, dequantized, against the
/// same layer's in the float network, both fed the first `samples` samples from their inputs on. Both graphs
/// come from the same model, so that their layers have the same names.
Result<std::map<std::string, ErrorMetrics>> layerErrors(Executor& reference, Executor& quantized,
                                                        Dataset& data, int64_t samples, int64_t batch,
                                                        Job& job);

}  // namespace qs
