#pragma once

#include "core/result.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

// What the libraries' kernels for conv2d, conv_transpose2d and linear want of a step.

/// Of the weight, as the step's output has them.
int64_t outputChannels(const QNode& node);

/// Refuses what no library does: weights with a zero point, types other than 8 bits, qparams that are
/// missing.
Status checkWeighted(const NodeBuilder& b);

}  // namespace qs::runtime
