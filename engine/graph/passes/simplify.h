#pragma once

#include "graph/graph.h"

namespace qs {

/// Brings an imported network into the form that the same network has whatever file it came from: what
/// formats write as several operators becomes one node again, and what does nothing goes. The network
/// computes the same, up to float rounding. Node and value names stay those of what is left.
void simplify(Graph& graph);

}  // namespace qs
