#include "importers/onnx/sizes.h"

#include <algorithm>

namespace qs {

std::optional<int64_t> elementCount(std::span<const int64_t> shape) {
    int64_t count = 1;
    bool empty = false;
    for (const int64_t extent : shape) {
        if (extent < 0) {
            return std::nullopt;
        }
        if (extent == 0) {
            empty = true;
        } else if (__builtin_mul_overflow(count, extent, &count)) {
            return std::nullopt;
        }
    }
    return empty ? 0 : count;
}

std::string shapeText(std::span<const int64_t> shape) {
    constexpr size_t kMostExtents = 16;
    std::string text;
    for (const int64_t extent : shape.first(std::min(shape.size(), kMostExtents))) {
        text += (text.empty() ? "" : "x") + std::to_string(extent);
    }
    if (shape.size() > kMostExtents) {
        text += "x...";  // a damaged file's
    }
    return text.empty() ? "scalar" : text;
}

}  // namespace qs
