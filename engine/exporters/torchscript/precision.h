#pragma once

#include <functional>
#include <optional>

#include "core/registry.h"
#include "exporters/torchscript/step.h"

namespace qs {

/// How steps of one precision are written.
struct TorchScriptPrecision {
    /// Precisions are asked in ascending order.
    int rank = 0;
    /// The step's outputs; nothing where the step is of another precision, or this one cannot write it.
    /// Throws c10::Error and torch::jit::ErrorReport.
    std::function<std::optional<TorchScriptValues>(const TorchScriptStep&)> emit;
};

using TorchScriptPrecisions = Registry<TorchScriptPrecision>;

/// engine/exporters/torchscript/precisions, one a file.
const TorchScriptPrecisions& torchScriptPrecisions();

}  // namespace qs
