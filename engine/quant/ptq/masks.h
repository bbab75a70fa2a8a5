#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "graph/graph.h"
#include "ops/fusion.h"

namespace qs {

/// Indices of the groups that add a mask to scores, and of those that make nothing but masks of the network's
/// inputs. They have no grid: either the scores would share one level, or what is masked would come back.
///
/// A mask is a constant that is minus infinity, or a number that no score has, in some places and next to
/// nothing in others; or what is computed from the network's inputs alone, without weights and products of
/// matrices, and is added to something else right before a softmax.
std::set<size_t> maskGroups(const Graph& graph, const std::vector<FusionGroup>& groups);

}  // namespace qs
