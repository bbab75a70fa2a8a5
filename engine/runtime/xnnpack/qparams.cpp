#include "runtime/xnnpack/qparams.h"

#include <cmath>
#include <string>

namespace qs::runtime::xnnpack {

Result<ByteRange> byteRange(const Bounds& real, const QParams& y) {
    const Bounds bounds = integerBounds(real, y);
    const auto byteOf = [&](double q) { return static_cast<int8_t>(std::lrint(q) + y.zeroPoint[0]); };
    const ByteRange range{byteOf(bounds.low), byteOf(bounds.high)};
    if (range.min >= range.max) {
        return failure("XNNPACK takes no range of one value");
    }
    return range;
}

Status checkRatio(double ratio, int low, int high) {
    if (ratio >= std::ldexp(1.0, low) && ratio < std::ldexp(1.0, high)) {
        return {};
    }
    return failure("XNNPACK takes ratios of scales from 2^" + std::to_string(low) + " to 2^" +
                   std::to_string(high) + " only, not " + std::to_string(ratio));
}

}  // namespace qs::runtime::xnnpack
