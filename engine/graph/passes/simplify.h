#pragma once

#include "graph/graph.h"

namespace qs {

/// Rewrites a traced graph into the form that people know its layers by. In place.
void simplify(Graph& graph);

}  // namespace qs
