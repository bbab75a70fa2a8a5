#include "exporters/integer_range.h"

#include <algorithm>
#include <cmath>

namespace qs {

IntegerRange typeRange(const QParams& qparams) {
    return infoOf(qparams.dtype).isSigned ? IntegerRange{-128, 127} : IntegerRange{0, 255};
}

int64_t gridPoint(double real, const QParams& qparams) {
    const double steps = std::nearbyint(real / qparams.scale.at(0));
    constexpr double far = 1 << 24;  // beyond any 8-bit grid, and safe to convert
    return static_cast<int64_t>(std::clamp(steps, -far, far)) + qparams.zeroPoint.at(0);
}

IntegerRange outputRange(const QParams& qparams, const FusedActivation& activation) {
    IntegerRange range{qparams.quantMin, qparams.quantMax};
    const auto narrow = [&](int64_t low, int64_t high) {
        range.low = std::clamp(low, range.low, range.high);
        range.high = std::clamp(high, range.low, range.high);
    };
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            break;
        case FusedActivation::Kind::Relu:
            narrow(gridPoint(0, qparams), range.high);
            break;
        case FusedActivation::Kind::Clip:
            narrow(gridPoint(activation.low, qparams), gridPoint(activation.high, qparams));
            break;
    }
    return range;
}

}  // namespace qs
