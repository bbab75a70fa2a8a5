#pragma once

#include "graph/quantized_graph.h"

namespace qs {

/// Constants of one type, shape and content become one tensor, whatever steps they belong to: a module that a
/// network uses five times has its weights once, in memory and in every file. Weights on a grid are equal
/// where their numbers are; their scales are not looked at.
void shareConstants(QuantizedGraph& graph);

}  // namespace qs
