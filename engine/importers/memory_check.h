#pragma once

#include "graph/graph.h"

namespace qs {

/// Throws ImportError, naming the layer, for a network of which one layer's inputs and results alone, at the
/// shapes recorded in the graph, take more than this machine's memory.
void checkMemory(const Graph& graph);

}  // namespace qs
