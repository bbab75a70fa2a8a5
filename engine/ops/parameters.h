#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// A parameter of a layer with values that are infinite or not a number.
struct ParameterNotFinite {
    NodeId layer;
    std::string text;  ///< "layer conv1: its weight (conv1.weight) holds 3 values that are not finite"
};

/// All of them, in the order of the layers.
std::vector<ParameterNotFinite> parametersNotFinite(const Graph& graph);

}  // namespace qs
