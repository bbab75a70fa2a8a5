#pragma once

#include <string>

#include "exporters/exporter.h"

namespace qs {

/// The network as a TorchScript archive with LibTorch's quantized operators. Failure that names the layer
/// where a step has no form.
Result<Exported> makeTorchScript(const QuantizedGraph& graph, const ExportOptions& options,
                                 const std::string& fileName);

}  // namespace qs
