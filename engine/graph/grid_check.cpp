#include "graph/grid_check.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

namespace qs {

namespace {

template <typename T>
std::string textOf(T number) {
    std::ostringstream text;
    text << number;
    return text.str();
}

/// Zero, subnormal and infinite numbers have reciprocals or products that are none.
bool isUsableScale(double scale) {
    return scale >= std::numeric_limits<float>::min() && scale <= std::numeric_limits<float>::max();
}

std::string rangeProblem(const QParams& grid) {
    const auto [low, high] = std::pair(infoOf(grid.dtype).least, infoOf(grid.dtype).greatest);
    if (grid.quantMin >= grid.quantMax || grid.quantMin < low || grid.quantMax > high) {
        return "its integers go from " + textOf(grid.quantMin) + " to " + textOf(grid.quantMax) +
               ", those of " + std::string(toString(grid.dtype)) + " from " + textOf(low) + " to " +
               textOf(high);
    }
    return {};
}

}  // namespace

std::string gridProblem(const QParams& grid) {
    if (!infoOf(grid.dtype).isInteger) {
        return "its type is " + std::string(toString(grid.dtype)) + ", and a grid has integers";
    }
    if (std::string problem = rangeProblem(grid); !problem.empty()) {
        return problem;
    }
    if (grid.scale.empty() || grid.scale.size() != grid.zeroPoint.size() ||
        (!grid.perChannel() && grid.scale.size() > 1)) {
        return "it has " + textOf(grid.scale.size()) + " scales and " + textOf(grid.zeroPoint.size()) +
               " zero points";
    }
    if (const auto scale = std::ranges::find_if_not(grid.scale, isUsableScale); scale != grid.scale.end()) {
        return "its scale is " + textOf(*scale) + ", which is no positive normal float32";
    }
    const auto isOutside = [&](int64_t point) { return point < grid.quantMin || point > grid.quantMax; };
    if (const auto point = std::ranges::find_if(grid.zeroPoint, isOutside); point != grid.zeroPoint.end()) {
        return "its zero point " + textOf(*point) + " is not one of its integers, " + textOf(grid.quantMin) +
               " to " + textOf(grid.quantMax);
    }
    return {};
}

}  // namespace qs
