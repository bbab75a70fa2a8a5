#pragma once

namespace qs {

/// One step of PyTorch's moving average, averaging constant 0.01, in float32.
inline float movedTowards(float average, float seen) {
    constexpr float averagingConstant = 0.01f;
    return average + averagingConstant * (seen - average);
}

}  // namespace qs
