#pragma once

#include <algorithm>
#include <limits>

namespace qs {

/// Least and greatest finite number seen; min > max where there was none.
struct Range {
    float min = std::numeric_limits<float>::infinity();
    float max = -std::numeric_limits<float>::infinity();

    bool empty() const { return !(min <= max); }
    bool holds(const Range& other) const { return min <= other.min && other.max <= max; }
    void add(const Range& other) {
        min = std::min(min, other.min);
        max = std::max(max, other.max);
    }
    bool operator==(const Range&) const = default;
};

}  // namespace qs
