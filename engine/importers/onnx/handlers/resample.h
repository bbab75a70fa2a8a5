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

/// One axis: `from` elements become `to`, at `scale` (to / from, or the factor that was given), which
/// tf_crop_and_resize takes from `begin` to `end` alone (0 the first element, 1 the last).
struct ResampleAxis {
    int64_t from;
    int64_t to;
    double scale;
    double begin = 0;
    double end = 1;
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

/// Which results along an axis lie within the source: all of them, but for tf_crop_and_resize.
std::vector<bool> resultsInside(const ResampleMode& mode, const ResampleAxis& axis);

/// Indices that aten::upsample_nearest takes at this factor.
std::vector<int64_t> nearestLikeAten(const ResampleAxis& axis);

}  // namespace qs
