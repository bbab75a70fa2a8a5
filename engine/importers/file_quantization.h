#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// What a quantized file says besides its numbers, which are the Value::qparams of its graph: activations are
/// integer on these, weights lie on them. Together they reproduce the file's arithmetic.
struct FileQuantization {
    /// Layers that have an integer form and stand among integers, but run on real numbers in the file.
    std::vector<std::string> floatLayers;
};

/// A network as an importer hands it over.
struct TracedNetwork {
    Graph graph;
    std::optional<FileQuantization> quantization = {};  ///< of a file that is quantized
};

}  // namespace qs
