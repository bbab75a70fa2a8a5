#pragma once

#include <cstddef>
#include <string>

#include "exporters/exporter.h"
#include "exporters/onnx/profile.h"

namespace qs {

/// A serialized message of 2 GB or more cannot be read; what stands besides the weights is far below the
/// rest.
inline constexpr size_t kLargestOnnxFile = (size_t{1} << 31) - (size_t{1} << 20);

/// The network as an ONNX model, checked by ONNX's own checker and strict shape inference. Where it would be
/// larger than `largestFile` bytes, the weights go into FILE.data beside it. Failure that names the layer
/// where a step has no form, or where the profile's runtime cannot take it; usage error for an opset that
/// cannot be written.
Result<Exported> makeOnnx(const OnnxProfile& profile, const QuantizedGraph& graph,
                          const ExportOptions& options, const std::string& fileName,
                          size_t largestFile = kLargestOnnxFile);

/// A target that writes ONNX as `profile` says.
Exporter onnxTarget(const std::string& description, const OnnxProfile& profile);

}  // namespace qs
