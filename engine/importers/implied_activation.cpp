#include "importers/implied_activation.h"

#include <cmath>

#include "ops/op.h"

namespace qs {

namespace {

constexpr int64_t kReducedMax = 127;  ///< of uint8 activations, for CPUs without VNNI

struct TypeRange {
    int64_t low, high;
};

TypeRange typeRange(DType dtype) {
    return dtype == DType::UInt8 ? TypeRange{0, 255} : TypeRange{-128, 127};
}

bool fusesActivation(const std::string& op) {
    const OpDef* def = ops().find(op);
    return def && def->takesActivation;
}

double realOf(int64_t q, const QParams& grid) {
    return grid.scale[0] * static_cast<double>(q - grid.zeroPoint[0]);
}

bool isPoint(double real, int64_t q, const QParams& grid) {
    return std::nearbyint(real / grid.scale[0]) == static_cast<double>(q - grid.zeroPoint[0]);
}

/// The upper bound that the integers' limit `grid.quantMax` stands for: of the usual ones that fall on it,
/// else the limit itself. Nothing where the limit is no activation's.
std::optional<double> upperBound(const QParams& grid) {
    if (grid.quantMax >= typeRange(grid.dtype).high) {
        return std::nullopt;
    }
    for (const double usual : {6.0, 1.0}) {
        if (isPoint(usual, grid.quantMax, grid)) {
            return usual;
        }
    }
    if (grid.dtype == DType::UInt8 && grid.quantMax == kReducedMax) {
        return std::nullopt;
    }
    return realOf(grid.quantMax, grid);
}

}  // namespace

std::optional<ImpliedActivation> impliedActivation(const Node& producer, QParams& grid) {
    const bool holdsZero = grid.quantMin <= grid.zeroPoint[0] && grid.zeroPoint[0] <= grid.quantMax;
    if (holdsZero && !fusesActivation(producer.op)) {
        return std::nullopt;
    }
    const TypeRange type = typeRange(grid.dtype);
    const bool isBoundedBelow = grid.quantMin >= grid.zeroPoint[0];
    const std::optional<double> high = upperBound(grid);
    if (!isBoundedBelow && !high) {
        return std::nullopt;
    }
    const double low = realOf(grid.quantMin, grid);
    const double most = high.value_or(realOf(grid.quantMax, grid));
    grid.quantMin = type.low;
    if (low == 0 && !high) {
        return ImpliedActivation{"relu", {}};
    }
    grid.quantMax = type.high;
    Attributes attrs;
    attrs.set("min", low);
    attrs.set("max", most);
    return ImpliedActivation{"clip", std::move(attrs)};
}

}  // namespace qs
