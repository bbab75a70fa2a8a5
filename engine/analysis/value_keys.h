#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs {

/// Tells which values of networks that one model and one set of encodings make are the same: what reads the
/// same values and computes the same, on the same grids, gives the same numbers.
class ValueKeys {
  public:
    /// By value of `graph`: equal numbers, here and in other calls, are equal tensors for the same inputs.
    /// 0: of values that no step makes.
    std::vector<size_t> of(const QuantizedGraph& graph);

  private:
    size_t keyOf(const std::string& text);

    std::map<std::string, size_t> keys_;
};

/// The values of `graph` from which its outputs can be computed without any step that `known` spares, as far
/// from the inputs as possible: each is known, and read by a step that is not or an output itself.
std::vector<ValueId> frontierOf(const QuantizedGraph& graph, const std::vector<bool>& known);

}  // namespace qs
