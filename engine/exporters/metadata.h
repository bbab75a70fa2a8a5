#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "exporters/exporter.h"

namespace qs {

/// Where a file holds the integers of its layers: by layer, the file's names of the tensors that are its
/// outputs. Who verifies the file finds them by these names.
using LayerTensors = std::map<std::string, std::vector<std::string>>;

/// The tensors of the graph's integer layers; `nameOf` an integer value is its tensor's name in the file.
LayerTensors layerTensors(const QuantizedGraph& graph, const std::function<std::string(ValueId)>& nameOf);

/// The JSON object that an exported file carries: the caller's metadata, with "layers", and "input_shape"
/// filled in where it is not said there. Usage error where the metadata is not a JSON object.
Result<std::string> fileMetadata(const ExportOptions& options, const LayerTensors& layers);

}  // namespace qs
