#pragma once

#include <cstdint>
#include <optional>

#include "graph/qparams.h"

namespace qs {

enum class Scheme { Affine, Symmetric };

/// What a grid is but for its scale.
struct GridKind {
    DType dtype = DType::UInt8;
    Scheme scheme = Scheme::Affine;
    int64_t quantMin = 0;
    int64_t quantMax = 255;
    std::optional<int64_t> zeroPoint = {};  ///< fixed by hand; absent: as the scheme chooses it
    bool operator==(const GridKind&) const = default;
};

struct ScaleAndZeroPoint {
    double scale = 0;
    int64_t zeroPoint = 0;
};

/// Scale and zero point of `grid` from a range, as PyTorch's UniformQuantizationObserverBase computes them:
/// range widened to include 0; symmetric scale = max|x| / ((quantMax - quantMin) / 2); the scale of
/// a range of zeros alone is FLT_EPSILON. PyTorch floors every scale there; here smaller ones are kept down
/// to FLT_MIN, so that results do not depend on physical units. float32 arithmetic, unless the range is so
/// wide that it would overflow. A zero point fixed by hand gets the least scale that covers the range; a
/// float dtype max|x| / its greatest finite number.
ScaleAndZeroPoint chooseQParams(float min, float max, const GridKind& grid);

}  // namespace qs
