#include "runtime/onednn/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs::onednn {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Bounds ofOp(const QNode& node) {
    if (node.op == "relu") {
        return {0, kInfinity};
    }
    if (node.op == "clip") {
        return {node.attrs.get<double>("min", -kInfinity), node.attrs.get<double>("max", kInfinity)};
    }
    return {-kInfinity, kInfinity};
}

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
    return clampTo(ofOp(node), ofActivation(node.activation));
}

Bounds integerBounds(const Bounds& real, const QParams& y) {
    const double scale = y.scale[0];
    const auto zero = static_cast<double>(y.zeroPoint[0]);
    const Bounds range{static_cast<double>(y.quantMin) - zero, static_cast<double>(y.quantMax) - zero};
    return clampTo({real.low / scale, real.high / scale}, range);
}

}  // namespace qs::onednn
