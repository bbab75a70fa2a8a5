#pragma once

#include "core/result.h"
#include "graph/qparams.h"
#include "runtime/plan/bounds.h"

namespace qs::runtime::xnnpack {

/// Qparams of a signed activation as XNNPACK's functions take them.
inline int8_t zeroOf(const QParams& q) {
    return static_cast<int8_t>(q.zeroPoint[0]);
}
inline float scaleOf(const QParams& q) {
    return static_cast<float>(q.scale[0]);
}

/// The integers that a result is clamped to, both included.
struct ByteRange {
    int8_t min, max;
};

/// What `real` bounds leave of y's integers. Refuses ranges of one value, as XNNPACK does.
Result<ByteRange> byteRange(const Bounds& real, const QParams& y);

/// Refuses ratios outside of [2^low, 2^high).
Status checkRatio(double ratio, int low, int high);

}  // namespace qs::runtime::xnnpack
