#pragma once

#include <string>

#include "exporters/exporter.h"

namespace qs {

/// The network as a TorchScript archive with LibTorch's quantized operators, weights as packed parameters and
/// the network's module tree. Extra files in it: quantoscope.json (metadata), classes.json (class names,
/// where there are some), and example_input_0.npy, ... (one a graph input, where an example is known).
/// Failure that names the layer where a step has no form.
Result<Exported> makeTorchScript(const QuantizedGraph& graph, const ExportOptions& options,
                                 const std::string& fileName);

/// The same as bytecode for the lite interpreter of phones.
Result<Exported> makeLite(const QuantizedGraph& graph, const ExportOptions& options,
                          const std::string& fileName);

}  // namespace qs
