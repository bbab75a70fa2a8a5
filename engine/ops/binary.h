#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace qs {

/// Opens an operator whose first two arguments may change places: {a, b} of two activations, or
/// {activation, constant} of an activation and a float tensor on either side. Numbers, and constants of
/// another type, are not covered.
std::optional<OpenedOp> openCommutative(const Graph& graph, std::span<const AtenArg> args);

}  // namespace qs
