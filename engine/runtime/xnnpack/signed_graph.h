#pragma once

#include <ATen/core/Tensor.h>

#include "graph/signed_activations.h"

namespace qs::runtime::xnnpack {

// XNNPACK's kernels for weights with a scale a channel take signed activations only; so all of them are
// signed (withSignedActivations), and no step has to convert.

/// uint8 q as the int8 that stands for it, and back. Layouts are kept.
at::Tensor toSigned(const at::Tensor& q);
at::Tensor toUnsigned(const at::Tensor& q);

}  // namespace qs::runtime::xnnpack
