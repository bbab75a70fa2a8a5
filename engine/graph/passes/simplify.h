#pragma once

#include <functional>

#include "graph/graph.h"

namespace qs {

/// Brings an imported network into the form that the same network has whatever file it came from: what
/// formats write as several operators becomes one node again, and what does nothing goes. The network
/// computes the same, up to float rounding. Node and value names stay those of what is left. `poll` is called
/// before every rewrite; it may throw to end the work, and leaves a sound graph.
void simplify(
    Graph& graph, const std::function<void()>& poll = [] {});

}  // namespace qs
