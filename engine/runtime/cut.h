#pragma once

#include <span>
#include <vector>

#include "core/result.h"
#include "graph/quantized_graph.h"
#include "runtime/executor.h"

namespace qs {

/// What of a graph has to run so that `wanted` is known where `cut` is.
struct CutScope {
    std::vector<size_t> nodes;     ///< in order
    std::vector<ValueId> inputs;   ///< values of the cut that these nodes read, ascending
    std::vector<ValueId> outputs;  ///< of `wanted`, those that the cut does not have, each once
};

/// A step that has to run for one of its results makes them all: what the cut has of these is not read. Fails
/// where a needed value comes from nowhere, naming it and the layer that reads it.
Result<CutScope> cutScope(const QuantizedGraph& graph, const Cut& cut, std::span<const ValueId> wanted);

/// `wanted` in its order: values of the cut, and of `outputs`, which are those of the scope.
std::vector<at::Tensor> gather(const Cut& cut, std::span<const ValueId> wanted, const CutScope& scope,
                               const std::vector<at::Tensor>& outputs);

}  // namespace qs
