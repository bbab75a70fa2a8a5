#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qs {

/// An 8-bit image: rows from the top, channels interleaved (1: grey, 3: RGB).
struct Image {
    int width = 0;
    int height = 0;
    int channels = 0;
    std::vector<uint8_t> pixels;

    Image() = default;
    Image(int w, int h, int c)
        : width(w), height(h), channels(c), pixels(size_t(w) * size_t(h) * size_t(c)) {}
    size_t rowBytes() const { return size_t(width) * size_t(channels); }
    uint8_t* row(int y) { return pixels.data() + size_t(y) * rowBytes(); }
    const uint8_t* row(int y) const { return pixels.data() + size_t(y) * rowBytes(); }
};

}  // namespace qs
