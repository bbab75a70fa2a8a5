#pragma once

#include <string>
#include <vector>

#include "verify/file_runtime.h"
#include "verify/layer_table.h"

namespace qs {

/// Where the file's values leave the engine's, each side having run from its inputs: the first integer
/// tensors that differ at all, the first that are more than one rounding apart, and what computes them there.
/// Empty where no integer tensor differs and no float layer stands behind them.
std::string togetherNote(const LayerTable& table, const QuantizedGraph& graph, const FileSession& session);

}  // namespace qs
