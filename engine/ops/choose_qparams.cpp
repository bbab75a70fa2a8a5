#include "ops/choose_qparams.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

namespace {

constexpr float kScaleOfZero = std::numeric_limits<float>::epsilon();
constexpr float kLeastScale = std::numeric_limits<float>::min();

/// The least scale with which `zeroPoint` and integers on both sides of it cover [low, high].
float coveringScale(float low, float high, int64_t zeroPoint, const GridKind& grid) {
    const auto below = static_cast<float>(zeroPoint - grid.quantMin);
    const auto above = static_cast<float>(grid.quantMax - zeroPoint);
    return std::max(below > 0 ? -low / below : 0.0F, above > 0 ? high / above : 0.0F);
}

}  // namespace

ScaleAndZeroPoint chooseQParams(float min, float max, const GridKind& grid) {
    const float low = std::min(min, 0.0F);
    const float high = std::max(max, 0.0F);
    const bool isZero = low == 0 && high == 0;
    const auto atLeast = [isZero](float scale) {
        return isZero ? kScaleOfZero : std::max(scale, kLeastScale);
    };
    const auto range = static_cast<float>(grid.quantMax - grid.quantMin);
    if (!infoOf(grid.dtype).isInteger) {
        const auto most = static_cast<float>(infoOf(grid.dtype).greatestFinite);
        return {atLeast(std::max(-low, high) / most), 0};
    }
    if (grid.zeroPoint) {
        return {atLeast(coveringScale(low, high, *grid.zeroPoint, grid)), *grid.zeroPoint};
    }
    if (grid.scheme == Scheme::Symmetric) {
        ScaleAndZeroPoint chosen{atLeast(std::max(-low, high) / (range / 2)), 0};
        if (grid.quantMin >= 0) {
            // PyTorch's midpoint: 128 for the full range of quint8, rounded down for a part of it.
            const bool part = grid.dtype == DType::UInt8 && grid.quantMax < 255;
            chosen.zeroPoint = (grid.quantMin + grid.quantMax + (part ? 0 : 1)) / 2;
        }
        return chosen;
    }
    const float width = high - low;
    const float step = atLeast(std::isfinite(width) ? width / range : high / range - low / range);
    return {step, std::clamp(grid.quantMin - static_cast<int64_t>(std::nearbyint(low / step)), grid.quantMin,
                             grid.quantMax)};
}

}  // namespace qs
