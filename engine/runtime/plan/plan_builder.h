#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

#include "graph/quantized_graph.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"
#include "runtime/plan/weight_cache.h"

namespace qs::runtime {

/// Which part of a graph a plan runs: nodes in order, the values it is given and those it returns.
struct PlanScope {
    std::vector<size_t> nodes;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    std::vector<Layout> layouts = {};  ///< of the inputs; empty: all contiguous
};

PlanScope wholeGraph(const QuantizedGraph& graph);
PlanScope singleNode(const QuantizedGraph& graph, size_t node);

/// A plan for inputs of the types and shapes of `examples` and the number of OpenMP threads set now, each
/// node on the first of `sources` that takes it. `graph` and `weights` must outlive it. Throws
/// std::runtime_error that names the layer where not even the reference implementation runs.
std::unique_ptr<Plan> buildPlan(const QuantizedGraph& graph, const PlanScope& scope,
                                const KernelSources& sources, std::span<const at::Tensor> examples,
                                WeightCache& weights);

}  // namespace qs::runtime
