#pragma once

#include <string>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs {

/// Extents besides the batch that the written graph takes at any size.
struct FreeAxes {
    std::vector<std::vector<std::string>> symbols;  ///< by value, an axis each; "": fixed, or not known
    std::vector<std::string> notes = {};            ///< which wanted ones stay fixed, and why
    bool any = false;
};

/// Follows the extents that are -1 in `inputShapes` (behind the first, which is the batch) through the steps.
/// One is free where every step that it reaches has an ONNX form without that extent as a number; a step that
/// is not known to have one fixes it.
FreeAxes findFreeAxes(const QuantizedGraph& graph, const std::vector<Shape>& inputShapes);

/// By value, which axis the batch is, as far as the steps tell: the first, where they do not.
std::vector<size_t> batchAxes(const QuantizedGraph& graph);

/// Whether runtimes, which multiply in float32, find the extents `size` behind N and C of `in` from `scales`.
bool scalesGive(const Shape& in, const std::vector<double>& scales, const std::vector<int64_t>& size);

}  // namespace qs
