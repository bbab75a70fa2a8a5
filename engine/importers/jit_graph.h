#pragma once

#include <memory>

#include "core/result.h"
#include "graph/graph.h"

namespace torch::jit {
struct Graph;
}

namespace qs {

/// Reads an inlined, frozen TorchScript graph of one basic block (its first input is `self`) into a Graph.
Result<Graph> readJitGraph(const torch::jit::Graph& jit);

}  // namespace qs
