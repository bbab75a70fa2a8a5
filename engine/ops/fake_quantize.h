#pragma once

#include "graph/attributes.h"
#include "graph/qparams.h"
#include "ops/choose_qparams.h"

namespace qs {

/// A grid as the attributes of a "fake_quantize" step: dtype, axis, scale, zero_point, quant_min, quant_max.
Attributes gridAttributes(const QParams& grid);
/// The grid of such a step.
QParams gridOf(const Attributes& attributes);

/// What a "dynamic_fake_quantize" step knows of its grid: dtype, symmetric, quant_min, quant_max, and
/// zero_point where it is fixed.
Attributes gridAttributes(const GridKind& kind);
GridKind gridKindOf(const Attributes& attributes);

}  // namespace qs
