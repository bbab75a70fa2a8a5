#pragma once

#include <functional>
#include <span>

#include "graph/graph.h"
#include "ops/fusion.h"
#include "ops/op.h"

namespace qs {

/// Whether the group reads something and all that it reads and gives is float32: all else computes in FP32.
bool isReal(const Graph& graph, const FusionGroup& group);

/// Whether the op takes inputs of these types: entries that compute, do so with real numbers; those that move
/// values do with any.
bool takesTypes(const Graph& graph, const OpDef& def, std::span<const ValueId> inputs);

/// Whether the group computes on grids where a qconfig asks for it: it is real, its op has such a form, and
/// inputs lie on grids before it reads them as its kind needs (QuantKind): none for weighted ops, one for
/// observed ones, all for pass-through ones, but none for an identity that stands for a rounding in a
/// quantized file. `isMade` tells of a value whether a group that computes on grids makes it. Precision plans
/// and the lifting of quantized files both ask here.
bool canComputeOnGrids(const Graph& graph, const FusionGroup& group,
                       const std::function<bool(ValueId)>& isMade);

}  // namespace qs
