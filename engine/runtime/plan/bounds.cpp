#include "runtime/plan/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/op.h"

namespace qs::runtime {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Bounds ofActivation(const FusedActivation& activation) {
    switch (activation.kind) {
        case FusedActivation::Kind::Relu:
            return {0, kInfinity};
        case FusedActivation::Kind::Clip:
            return {activation.low, activation.high};
        case FusedActivation::Kind::None:
            break;
    }
    return {-kInfinity, kInfinity};
}

/// min(max(x, low), high) of an interval's ends is what remains of it.
Bounds clampTo(const Bounds& inner, const Bounds& outer) {
    const auto clamp = [&](double x) { return std::min(std::max(x, outer.low), outer.high); };
    return {clamp(inner.low), clamp(inner.high)};
}

}  // namespace

bool Bounds::isUnbounded() const {
    return std::isinf(low) && std::isinf(high);
}

Bounds realBounds(const QNode& node) {
    return clampTo(ofActivation(clampOf(node.op, node.attrs)), ofActivation(node.activation));
}

Bounds integerBounds(const Bounds& real, const QParams& y) {
    const double scale = y.scale[0];
    const auto zero = static_cast<double>(y.zeroPoint[0]);
    const Bounds range{static_cast<double>(y.quantMin) - zero, static_cast<double>(y.quantMax) - zero};
    return clampTo({real.low / scale, real.high / scale}, range);
}

}  // namespace qs::runtime
