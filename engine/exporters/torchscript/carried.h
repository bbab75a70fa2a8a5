#pragma once

#include "exporters/torchscript/step.h"

namespace qs {

/// A call of an operator that only LibTorch's dispatcher knows (engine/ops/opaque.h), on `operands`, with its
/// other arguments as constants. Throws torch::jit::ErrorReport.
TorchScriptValues emitCarried(const TorchScriptStep& step, const TorchScriptValues& operands);

}  // namespace qs
