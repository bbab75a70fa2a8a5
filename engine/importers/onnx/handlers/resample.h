#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qs {

/// How ONNX's Resize makes elements, in the words of its attributes.
struct ResampleMode {
    std::string kind = "nearest";            ///< nearest, linear, cubic
    std::string coordinates = "half_pixel";  ///< coordinate_transformation_mode
    std::string nearest = "round_prefer_floor";
    double cubicA = -0.75;
    bool excludeOutside = false;
    bool antialias = false;

    /// Why this cannot be done; empty where it can.
    std::string problem() const;
};

/// One axis: `from` elements become `to`, at `scale` (to / from, or the factor that was given).
struct ResampleAxis {
    int64_t from;
    int64_t to;
    double scale;
};

/// One summand of every result along an axis: the element at `indices`, times `weights` (empty: one).
struct ResampleTap {
    std::vector<int64_t> indices;
    std::vector<float> weights;
};

/// Summands of every result along one axis.
int64_t tapCount(const ResampleMode& mode, const ResampleAxis& axis);

/// The summands along one axis; nearest has one, linear two, cubic four, antialiasing more.
std::vector<ResampleTap> resampleTaps(const ResampleMode& mode, const ResampleAxis& axis);

/// Indices that aten::upsample_nearest takes at this factor.
std::vector<int64_t> nearestLikeAten(const ResampleAxis& axis);

}  // namespace qs
