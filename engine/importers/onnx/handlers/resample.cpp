#include "importers/onnx/handlers/resample.h"

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

/// Place in the source of result `index`, in elements. In single precision, as ONNX Runtime computes it:
/// where a place falls on a boundary, rounding decides which element is nearest.
float coordinate(const ResampleMode& mode, const ResampleAxis& axis, int64_t index) {
    const auto place = static_cast<float>(index);
    const auto from = static_cast<float>(axis.from);
    const auto to = static_cast<float>(axis.to);
    const auto scale = static_cast<float>(axis.scale);
    if (mode.coordinates == "align_corners") {
        return axis.to == 1 ? 0.0F : place * (from - 1) / (to - 1);
    }
    if (mode.coordinates == "asymmetric") {
        return place / scale;
    }
    if (mode.coordinates == "pytorch_half_pixel" && axis.to == 1) {
        return 0;
    }
    if (mode.coordinates == "tf_half_pixel_for_nn") {
        return (place + 0.5F) / scale;
    }
    if (mode.coordinates == "tf_crop_and_resize") {
        const auto begin = static_cast<float>(axis.begin);
        const auto end = static_cast<float>(axis.end);
        return axis.to > 1 ? begin * (from - 1) + place * (end - begin) * (from - 1) / (to - 1)
                           : 0.5F * (begin + end) * (from - 1);
    }
    float shift = 0;
    if (mode.coordinates == "half_pixel_symmetric") {
        shift = from / 2 * (1 - to / (scale * from));
    }
    return shift + (place + 0.5F) / scale - 0.5F;
}

double nearestOf(const ResampleMode& mode, double place) {
    if (mode.nearest == "floor") {
        return std::floor(place);
    }
    if (mode.nearest == "ceil") {
        return std::ceil(place);
    }
    return mode.nearest == "round_prefer_ceil" ? std::floor(place + 0.5) : std::ceil(place - 0.5);
}

double kernel(const ResampleMode& mode, double distance) {
    const double x = std::abs(distance);
    if (mode.kind == "linear") {
        return std::max(0.0, 1.0 - x);
    }
    const double a = mode.cubicA;
    if (x <= 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0.0;
}

/// Antialiasing stretches the kernel over all source elements that a result covers, and stays inside.
double stretchOf(const ResampleMode& mode, const ResampleAxis& axis) {
    return mode.antialias ? std::max(1.0, 1.0 / axis.scale) : 1.0;
}

int64_t reachOf(const ResampleMode& mode, const ResampleAxis& axis) {
    return static_cast<int64_t>(std::ceil((mode.kind == "linear" ? 1 : 2) * stretchOf(mode, axis)));
}

}  // namespace

std::string ResampleMode::problem() const {
    const auto isOneOf = [](const std::string& value, std::initializer_list<const char*> known) {
        return std::find(known.begin(), known.end(), value) != known.end();
    };
    if (!isOneOf(kind, {"nearest", "linear", "cubic"})) {
        return "mode " + kind + " is not known";
    }
    if (!isOneOf(coordinates, {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                               "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"})) {
        return "coordinate_transformation_mode " + coordinates + " is not known";
    }
    if (!isOneOf(nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) {
        return "nearest_mode " + nearest + " is not known";
    }
    return {};
}

int64_t tapCount(const ResampleMode& mode, const ResampleAxis& axis) {
    return mode.kind == "nearest" ? 1 : 2 * reachOf(mode, axis);
}

std::vector<ResampleTap> resampleTaps(const ResampleMode& mode, const ResampleAxis& axis) {
    const auto inside = [&](int64_t index) { return std::clamp<int64_t>(index, 0, axis.from - 1); };
    if (mode.kind == "nearest") {
        ResampleTap tap;
        for (int64_t i = 0; i < axis.to; ++i) {
            tap.indices.push_back(inside(static_cast<int64_t>(nearestOf(mode, coordinate(mode, axis, i)))));
        }
        return {tap};
    }
    const double stretch = stretchOf(mode, axis);
    const bool excludes = mode.excludeOutside || mode.antialias;
    const int64_t reach = reachOf(mode, axis);
    std::vector<ResampleTap> taps(static_cast<size_t>(2 * reach));
    for (int64_t i = 0; i < axis.to; ++i) {
        const double place = coordinate(mode, axis, i);
        const auto first = static_cast<int64_t>(std::floor(place)) - reach + 1;
        double total = 0;
        std::vector<double> weights;
        for (int64_t j = first; j < first + 2 * reach; ++j) {
            const bool counts = !excludes || (j >= 0 && j < axis.from);
            weights.push_back(counts ? kernel(mode, (static_cast<double>(j) - place) / stretch) : 0.0);
            total += weights.back();
        }
        for (size_t k = 0; k < taps.size(); ++k) {
            taps[k].indices.push_back(inside(first + static_cast<int64_t>(k)));
            taps[k].weights.push_back(static_cast<float>(total == 0 ? 0 : weights[k] / total));
        }
    }
    return taps;
}

std::vector<bool> resultsInside(const ResampleMode& mode, const ResampleAxis& axis) {
    std::vector<bool> inside(static_cast<size_t>(axis.to), true);
    for (int64_t i = 0; mode.coordinates == "tf_crop_and_resize" && i < axis.to; ++i) {
        const float place = coordinate(mode, axis, i);
        inside[static_cast<size_t>(i)] = place >= 0 && place <= static_cast<float>(axis.from - 1);
    }
    return inside;
}

std::vector<int64_t> nearestLikeAten(const ResampleAxis& axis) {
    std::vector<int64_t> indices;
    const auto step = static_cast<float>(1.0 / axis.scale);
    for (int64_t i = 0; i < axis.to; ++i) {
        indices.push_back(
            std::min(static_cast<int64_t>(std::floor(static_cast<float>(i) * step)), axis.from - 1));
    }
    return indices;
}

}  // namespace qs
