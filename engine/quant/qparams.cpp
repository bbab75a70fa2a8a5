#include <algorithm>
#include <cmath>
#include <limits>

#include "quant/observer.h"

namespace qs {

void chooseQParams(float min, float max, Scheme scheme, DType dtype, int64_t quantMin, int64_t quantMax,
                   double& scale, int64_t& zeroPoint) {
    constexpr float epsilon = std::numeric_limits<float>::epsilon();
    const float low = std::min(min, 0.0f);
    const float high = std::max(max, 0.0f);
    const auto range = static_cast<float>(quantMax - quantMin);
    if (scheme == Scheme::Symmetric) {
        scale = std::max(std::max(-low, high) / (range / 2), epsilon);
        zeroPoint = 0;
        if (dtype == DType::UInt8) {
            // PyTorch's midpoint: 128 for the full range, rounded down for a range that was asked for.
            zeroPoint = quantMin == 0 && quantMax == 255 ? 128 : (quantMin + quantMax) / 2;
        }
        return;
    }
    const float step = std::max((high - low) / range, epsilon);
    scale = step;
    zeroPoint = std::clamp(quantMin - static_cast<int64_t>(std::nearbyint(low / step)), quantMin, quantMax);
}

}  // namespace qs
