#pragma once

#include <vector>

#include "importers/onnx/node.h"

namespace qs {

/// The inputs `scale` and `zeroPoint` (which may be left out: 0) of a node as the grid of 8-bit integers, per
/// channel along `axis` where there are several scales. Fails for other integers and for damaged numbers.
QParams readGrid(const OnnxNode& node, size_t scale, size_t zeroPoint, int64_t axis);

/// Integers as real numbers: a constant (8 bits, or a bias of 32 bits), or the node's quantized activation,
/// which must lie on `grid`.
at::Tensor realNumbers(OnnxNode& node, const at::Tensor& integers, const QParams& grid);

/// `x` as integers: an activation (per tensor), or a constant.
at::Tensor integersOf(OnnxNode& node, const at::Tensor& x, const QParams& grid);

/// The same where scale (input `scale`) or zero point depend on the data, or are several for an activation:
/// ordinary arithmetic along `axis`.
at::Tensor realByArithmetic(OnnxNode& node, const at::Tensor& integers, size_t scale, size_t zeroPoint,
                            int64_t axis);
at::Tensor integersByArithmetic(OnnxNode& node, const at::Tensor& x, size_t scale, size_t zeroPoint,
                                int64_t axis);
/// Whether an activation or constant `x` with its scale and zero point in these inputs lies on one known
/// grid.
bool isOnKnownGrid(const OnnxNode& node, const at::Tensor& x, size_t scale, size_t zeroPoint);

}  // namespace qs
