#pragma once

#include "quant/ptq.h"

namespace qs {

/// Gives parts of concatenations the qparams of the result, so that they need not be rounded a second time
/// when they are put together. Nobody else's numbers change: a part that something else reads, or whose
/// qparams its op fixes, keeps its own. Of concatenations that have the same parts (a dense block's), all
/// take the widest one's qparams where that lessens the error. PyTorch's FX flow shares one observer there
/// whatever else reads the parts.
void shareWithConcatenations(const PreparedModel& model, Calibration& calibration);

}  // namespace qs
