#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "exporters/exporter.h"

namespace qs {

/// Where a file holds its integer tensors: by QNode::layer, in the order of the graph, the file's names of
/// what the layer's steps make (its outputs; of a float layer what the boundary behind it makes of them). Who
/// verifies the file finds them by these names.
using LayerTensors = std::map<std::string, std::vector<std::string>>;

/// The integer tensors of the graph; `nameOf` an integer value is its tensor's name in the file.
LayerTensors layerTensors(const QuantizedGraph& graph, const std::function<std::string(ValueId)>& nameOf);

/// Names of the network's layers by what they are called in a file that cannot say them.
using LayerNames = std::map<std::string, std::string>;

/// The JSON object that an exported file carries: the caller's metadata, with "layers" and "layer_names"
/// where there are any, and "input_shape" filled in where it is not said there. Usage error where the
/// metadata is not a JSON object.
Result<std::string> fileMetadata(const ExportOptions& options, const LayerTensors& layers = {},
                                 const LayerNames& names = {});

}  // namespace qs
