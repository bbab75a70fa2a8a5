#pragma once

#include <cstdint>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "graph/quantized_graph.h"
#include "quant/ptq.h"
#include "quant/statistics/network_statistics.h"

namespace qs {

/// The network in FP32 with every value in sight that can be quantized: as convertFloat(), but residual adds
/// stay apart from their convolutions.
Result<QuantizedGraph> observableForm(const Network& network);

/// One pass over `samples` samples (all if 0) of the data on the fast FP32 executor, keeping statistics of
/// every value that any qconfig could quantize: inputs, results of groups, and what a residual is added to.
/// Failure where no sample can be read.
Result<NetworkStatistics> observe(const Network& network, const Dataset& data, int64_t samples, int64_t batch,
                                  Job& job);

/// The qparams of the values that `model` observes, as their qconfigs choose them from the statistics or as
/// their op fixes them (over a part of the op's range where that holds what was seen), those that
/// averages need for themselves, and the grids of weights. Parts that only concatenations read take the
/// result's. Failure that names the value where it was not seen, or only NaN and infinity.
Result<Encodings> chooseRanges(const NetworkStatistics& statistics, const PreparedModel& model);

}  // namespace qs
