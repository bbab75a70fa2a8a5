#pragma once

#include <cstdint>
#include <vector>

#include "graph/dtype.h"

namespace qs {

/// Quantization parameters of one tensor: r = scale * (q - zeroPoint), q in [quantMin, quantMax].
/// Per tensor: axis < 0 and one element in each list; per channel: one element per index of `axis`; per group
/// (group > 0, axis 0): each channel's values in memory order fall into groups of `group`, the last of which
/// may be shorter, and the lists have a channel's groups one after the other, channel by channel.
struct QParams {
    DType dtype = DType::UInt8;
    int axis = -1;
    std::vector<double> scale;
    std::vector<int64_t> zeroPoint;
    int64_t quantMin = 0;
    int64_t quantMax = 255;
    int64_t group = 0;

    bool perChannel() const { return axis >= 0; }
    bool operator==(const QParams&) const = default;
};

}  // namespace qs
