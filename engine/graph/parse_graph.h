#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "graph/graph.h"

namespace qs {

/// Reads a graph in its text form. A line is one of
///
///     %x(1, 3, 8, 8) = input
///     %w(8, 3, 3, 3) = constant[random, seed=1]
///     %b(8) = constant[values=[0.5, 1.0, ...]]
///     %y(1, 8, 8, 8) = conv2d[groups=1, stride=[1, 1]](%x, %w, %b)  # layer1.conv @layer1
///     %p(1, 4), %q(1, 4) = split[dim=1, sizes=[4, 4]](%z)  # split
///     output %y = "logits"
///     batch 4
///     # a remark
///
/// Values: a name, which stands in quotes where it has other characters than letters, digits and `_ . / : # -
/// + ~ $ |`; the shape, absent where it is not known or empty; the element type where it is not float32,
/// `%ids(2, 3; int64)`; the grid on which the file holds it, `%x(4)@uint8(scale=[0.1], zero=[3], range=[0,
/// 255], axis=-1)`.
/// Constants: `values=[..]` in row-major order, `full=number`, or `random, seed=N` (normal, float32).
/// Attributes: true, 1, 1.0, "text", [1, 2], [1.0], ["text"], an empty list as ints[], doubles[] or
/// strings[]; between < and > a constant argument of a carried operator: <none>, <1>, <0.5>, <[1, 2]>,
/// <tensor(2; int64)[1, 2]>.
/// Nodes: behind # the name, then the scope; without one, the name of the first output. Outputs without a
/// name are called as their values. `batch`: the only batch size that the network runs.
///
/// An error names the line and what is wrong with it.
Result<Graph> parseGraph(std::string_view text);

/// float32, int64, ... of a value's text form; absent for types that have none.
std::string_view elementTypeName(at::ScalarType type);

}  // namespace qs
