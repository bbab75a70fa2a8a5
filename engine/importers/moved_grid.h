#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>

#include "graph/qparams.h"

namespace qs {

/// Whether the operator ("aten::permute") gives its first argument's elements in another order or shape.
bool movesValues(const std::string& op);

/// The grid of what `move` makes of a tensor of these extents on `grid`: the same, along the axis where the
/// channels are then. Nothing where they lie along none.
std::optional<QParams> movedGrid(QParams grid, at::IntArrayRef sizes,
                                 const std::function<at::Tensor(const at::Tensor&)>& move);

}  // namespace qs
