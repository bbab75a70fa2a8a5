#pragma once

#include <cstdint>

#include "graph/quantized_graph.h"

namespace qs {

/// Inclusive range of integers.
struct IntegerRange {
    int64_t low = 0;
    int64_t high = 0;
    bool operator==(const IntegerRange&) const = default;
};

/// What the 8-bit type of `qparams` can hold; exported kernels saturate there by themselves.
IntegerRange typeRange(const QParams& qparams);

/// Where `real` lies on the grid of per-tensor `qparams`: round_half_even(real / s) + z, not clamped.
int64_t gridPoint(double real, const QParams& qparams);

/// The integers that a step can produce: [quantMin, quantMax], narrowed by its activation. Rounding is
/// monotonic, so an activation before rounding equals a clamp to this range after it.
IntegerRange outputRange(const QParams& qparams, const FusedActivation& activation);

}  // namespace qs
