#pragma once

#include <string>

#include "exporters/exporter.h"

namespace qs {

/// The network as an ONNX model with QuantizeLinear and DequantizeLinear, checked by ONNX's own checker and
/// strict shape inference. Failure that names the layer where a step has no form.
Result<Exported> makeOnnx(const QuantizedGraph& graph, const ExportOptions& options,
                          const std::string& fileName);

}  // namespace qs
