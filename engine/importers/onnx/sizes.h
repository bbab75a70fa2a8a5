#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace qs {

/// Product of the extents; nothing if one is negative or the product does not fit.
std::optional<int64_t> elementCount(std::span<const int64_t> shape);

/// "2x3x4", "scalar".
std::string shapeText(std::span<const int64_t> shape);

}  // namespace qs
