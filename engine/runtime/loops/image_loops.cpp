#include "runtime/loops/image_loops.h"

#include <cstring>

#include "ops/requantization.h"
#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

constexpr int64_t kChannels = 64;  // whose sums fit into registers

/// Where a window lies, for QS_CLONES functions: the spans of a Windows, and how many there are.
struct WindowTable {
    const Span *slices, *rows, *columns;
    int64_t depth, height, width;

    explicit WindowTable(const Windows& windows)
        : slices(windows.slices.data()),
          rows(windows.rows.data()),
          columns(windows.columns.data()),
          depth(std::ssize(windows.slices)),
          height(std::ssize(windows.rows)),
          width(std::ssize(windows.columns)) {}
};

/// The window of an output pixel.
struct PixelWindow {
    Span slices, rows, columns;
    int64_t sample;

    PixelWindow(const WindowTable& windows, int64_t pixel)
        : slices(windows.slices[pixel / windows.width / windows.height % windows.depth]),
          rows(windows.rows[pixel / windows.width % windows.height]),
          columns(windows.columns[pixel % windows.width]),
          sample(pixel / windows.width / windows.height / windows.depth) {}

    int64_t places() const {
        return (slices.end - slices.begin) * (rows.end - rows.begin) * (columns.end - columns.begin);
    }
    int64_t counted() const { return std::max<int64_t>(slices.counted * rows.counted * columns.counted, 1); }
    /// Index of the first element of a place's channels.
    int64_t at(const VolumeShape& shape, int64_t d, int64_t h, int64_t w) const {
        return (((sample * shape.depth + d) * shape.height + h) * shape.width + w) * shape.channels;
    }
};

/// Pixels [begin, end) of the output; sums of up to 2^23 bytes fit into 32 bits.
QS_CLONES void averageIntegersPiece(IntegerSource x, VolumeShape shape, WindowTable windows, float scale,
                                    IntegerTarget y, int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const PixelWindow window(windows, pixel);
        const auto places = static_cast<int32_t>(window.places());
        const float factor = averagingScale(x.scale, scale, window.counted());
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            int32_t sums[kChannels] = {};
            for (int64_t d = window.slices.begin; d < window.slices.end; ++d) {
                for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
                    for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
                        const uint8_t* from = x.data + window.at(shape, d, h, w) + first;
                        for (int64_t c = 0; c < channels; ++c) {
                            sums[c] += static_cast<uint8_t>(from[c] ^ x.flip);
                        }
                    }
                }
            }
            uint8_t* to = y.data + pixel * shape.channels + first;
            for (int64_t c = 0; c < channels; ++c) {
                to[c] = store(factor * static_cast<float>(sums[c] - places * x.zeroPoint), y);
            }
        }
    }
}

QS_CLONES void averageRealsPiece(IntegerSource x, VolumeShape shape, WindowTable windows, float scale,
                                 IntegerTarget y, int64_t begin, int64_t end) {
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const PixelWindow window(windows, pixel);
        const auto counted = static_cast<float>(window.counted());
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            float sums[kChannels] = {};
            IntegerSource from = x;
            for (int64_t d = window.slices.begin; d < window.slices.end; ++d) {
                for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
                    for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
                        from.data = x.data + window.at(shape, d, h, w) + first;
                        for (int64_t c = 0; c < channels; ++c) {
                            sums[c] += load(from, c);
                        }
                    }
                }
            }
            uint8_t* to = y.data + pixel * shape.channels + first;
            for (int64_t c = 0; c < channels; ++c) {
                to[c] = storeMoved(sums[c] / counted / scale + zero, y);
            }
        }
    }
}

QS_CLONES void averageFloatsPiece(const float* x, VolumeShape shape, WindowTable windows, float low,
                                  float high, float* y, int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const PixelWindow window(windows, pixel);
        const auto counted = static_cast<float>(window.counted());
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            float sums[kChannels] = {};
            for (int64_t d = window.slices.begin; d < window.slices.end; ++d) {
                for (int64_t h = window.rows.begin; h < window.rows.end; ++h) {
                    float part[kChannels] = {};
                    for (int64_t w = window.columns.begin; w < window.columns.end; ++w) {
                        const float* from = x + window.at(shape, d, h, w) + first;
                        for (int64_t c = 0; c < channels; ++c) {
                            part[c] += from[c];
                        }
                    }
                    for (int64_t c = 0; c < channels; ++c) {
                        sums[c] += part[c];
                    }
                }
            }
            float* to = y + pixel * shape.channels + first;
            for (int64_t c = 0; c < channels; ++c) {
                to[c] = clamp(sums[c] / counted, low, high);
            }
        }
    }
}

/// The four pixels around a place, and what they weigh.
template <typename T>
struct Corners {
    const T *a, *b, *c, *d;
    float down, right;

    Corners(const T* image, const ImageShape& shape, const Between& row, const Between& column)
        : a(image + (row.first * shape.width + column.first) * shape.channels),
          b(image + (row.first * shape.width + column.second) * shape.channels),
          c(image + (row.second * shape.width + column.first) * shape.channels),
          d(image + (row.second * shape.width + column.second) * shape.channels),
          down(row.distance),
          right(column.distance) {}
};

inline float mix(float a, float b, float c, float d, float down, float right) {
    return (1.0F - down) * ((1.0F - right) * a + right * b) + down * ((1.0F - right) * c + right * d);
}

QS_CLONES void interpolateIntegersPiece(IntegerSource x, ImageShape shape, const Between* rows,
                                        int64_t height, const Between* columns, int64_t width,
                                        IntegerTarget y, int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Corners<uint8_t> at(
            x.data + pixel / width / height * shape.height * shape.width * shape.channels, shape,
            rows[pixel / width % height], columns[pixel % width]);
        const auto real = [&x](uint8_t q) {
            return static_cast<float>(static_cast<uint8_t>(q ^ x.flip) - x.zeroPoint);
        };
        uint8_t* to = y.data + pixel * shape.channels;
        for (int64_t c = 0; c < shape.channels; ++c) {
            to[c] = store(
                x.scale * mix(real(at.a[c]), real(at.b[c]), real(at.c[c]), real(at.d[c]), at.down, at.right),
                y);
        }
    }
}

QS_CLONES void interpolateFloatsPiece(const float* x, ImageShape shape, const Between* rows, int64_t height,
                                      const Between* columns, int64_t width, float low, float high, float* y,
                                      int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Corners<float> at(x + pixel / width / height * shape.height * shape.width * shape.channels,
                                shape, rows[pixel / width % height], columns[pixel % width]);
        float* to = y + pixel * shape.channels;
        for (int64_t c = 0; c < shape.channels; ++c) {
            to[c] = clamp(mix(at.a[c], at.b[c], at.c[c], at.d[c], at.down, at.right), low, high);
        }
    }
}

/// Output pixels.
int64_t countOf(const ImageShape& shape, std::span<const Between> rows, std::span<const Between> columns) {
    return shape.batch * static_cast<int64_t>(rows.size() * columns.size());
}

/// How many output pixels make a piece.
int64_t windowGrain(const VolumeShape& shape, const Windows& windows) {
    const int64_t places = windows.count() == 0 ? 1 : PixelWindow(WindowTable(windows), 0).places();
    return rowGrain(std::max<int64_t>(places, 1) * shape.channels);
}

}  // namespace

void averageWindows(const IntegerSource& x, const VolumeShape& shape, const Windows& windows, float scale,
                    const IntegerTarget& y) {
    forPieces(shape.batch * windows.count(), windowGrain(shape, windows), [&](int64_t begin, int64_t end) {
        averageIntegersPiece(x, shape, WindowTable(windows), scale, y, begin, end);
    });
}

void averageReals(const IntegerSource& x, const VolumeShape& shape, const Windows& windows, float scale,
                  const IntegerTarget& y) {
    forPieces(shape.batch * windows.count(), windowGrain(shape, windows), [&](int64_t begin, int64_t end) {
        averageRealsPiece(x, shape, WindowTable(windows), scale, y, begin, end);
    });
}

void averageWindows(const float* x, const VolumeShape& shape, const Windows& windows, float low, float high,
                    float* y) {
    forPieces(shape.batch * windows.count(), windowGrain(shape, windows), [&](int64_t begin, int64_t end) {
        averageFloatsPiece(x, shape, WindowTable(windows), low, high, y, begin, end);
    });
}

void interpolate(const IntegerSource& x, const ImageShape& shape, std::span<const Between> rows,
                 std::span<const Between> columns, const IntegerTarget& y) {
    forPieces(countOf(shape, rows, columns), rowGrain(shape.channels), [&](int64_t begin, int64_t end) {
        interpolateIntegersPiece(x, shape, rows.data(), static_cast<int64_t>(rows.size()), columns.data(),
                                 static_cast<int64_t>(columns.size()), y, begin, end);
    });
}

void interpolate(const float* x, const ImageShape& shape, std::span<const Between> rows,
                 std::span<const Between> columns, float low, float high, float* y) {
    forPieces(countOf(shape, rows, columns), rowGrain(shape.channels), [&](int64_t begin, int64_t end) {
        interpolateFloatsPiece(x, shape, rows.data(), static_cast<int64_t>(rows.size()), columns.data(),
                               static_cast<int64_t>(columns.size()), low, high, y, begin, end);
    });
}

void distributeBlocks(const uint8_t* x, std::span<const int64_t> starts, int64_t size, uint8_t* y) {
    forPieces(static_cast<int64_t>(starts.size()), rowGrain(size), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            std::memcpy(y + starts[static_cast<size_t>(i)], x + i * size, static_cast<size_t>(size));
        }
    });
}

}  // namespace qs::runtime
