#pragma once

#include <ATen/core/Tensor.h>

#include "graph/quantized_graph.h"

namespace qs::xnnpack {

/// The same computation with every uint8 activation held as int8: q - 128 with a zero point 128 lower, which
/// stands for the same real number. XNNPACK's kernels for weights with a scale a channel take signed
/// activations only; so all of them are signed, and no step has to convert.
QuantizedGraph withSignedActivations(QuantizedGraph graph);

/// uint8 q as the int8 that stands for it, and back. Layouts are kept.
at::Tensor toSigned(const at::Tensor& q);
at::Tensor toUnsigned(const at::Tensor& q);

}  // namespace qs::xnnpack
