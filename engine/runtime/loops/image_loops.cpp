#include "runtime/loops/image_loops.h"

#include <cstring>

#include "ops/requantization.h"
#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

constexpr int64_t kChannels = 64;  // whose sums fit into registers

/// Pixels [begin, end) of the output; sums of up to 2^23 bytes fit into 32 bits.
QS_CLONES void averageIntegersPiece(IntegerSource x, ImageShape shape, const Span* rows, int64_t height,
                                    const Span* columns, int64_t width, float scale, IntegerTarget y,
                                    int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Span &row = rows[pixel / width % height], &column = columns[pixel % width];
        const uint8_t* image = x.data + pixel / width / height * shape.height * shape.width * shape.channels;
        const auto places = static_cast<int32_t>((row.end - row.begin) * (column.end - column.begin));
        const float factor =
            averagingScale(x.scale, scale, std::max<int64_t>(row.counted * column.counted, 1));
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            int32_t sums[kChannels] = {};
            for (int64_t h = row.begin; h < row.end; ++h) {
                for (int64_t w = column.begin; w < column.end; ++w) {
                    const uint8_t* from = image + (h * shape.width + w) * shape.channels + first;
                    for (int64_t c = 0; c < channels; ++c) {
                        sums[c] += static_cast<uint8_t>(from[c] ^ x.flip);
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

QS_CLONES void averageRealsPiece(IntegerSource x, ImageShape shape, const Span* rows, int64_t height,
                                 const Span* columns, int64_t width, float scale, IntegerTarget y,
                                 int64_t begin, int64_t end) {
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Span &row = rows[pixel / width % height], &column = columns[pixel % width];
        const uint8_t* image = x.data + pixel / width / height * shape.height * shape.width * shape.channels;
        const auto counted = static_cast<float>(std::max<int64_t>(row.counted * column.counted, 1));
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            float sums[kChannels] = {};
            IntegerSource from = x;
            for (int64_t h = row.begin; h < row.end; ++h) {
                for (int64_t w = column.begin; w < column.end; ++w) {
                    from.data = image + (h * shape.width + w) * shape.channels + first;
                    for (int64_t c = 0; c < channels; ++c) {
                        sums[c] += load(from, c);
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

QS_CLONES void averageFloatsPiece(const float* x, ImageShape shape, const Span* rows, int64_t height,
                                  const Span* columns, int64_t width, float low, float high, float* y,
                                  int64_t begin, int64_t end) {
    for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Span &row = rows[pixel / width % height], &column = columns[pixel % width];
        const float* image = x + pixel / width / height * shape.height * shape.width * shape.channels;
        const auto counted = static_cast<float>(std::max<int64_t>(row.counted * column.counted, 1));
        for (int64_t first = 0; first < shape.channels; first += kChannels) {
            const int64_t channels = std::min(kChannels, shape.channels - first);
            float sums[kChannels] = {};
            for (int64_t h = row.begin; h < row.end; ++h) {
                float part[kChannels] = {};
                for (int64_t w = column.begin; w < column.end; ++w) {
                    const float* from = image + (h * shape.width + w) * shape.channels + first;
                    for (int64_t c = 0; c < channels; ++c) {
                        part[c] += from[c];
                    }
                }
                for (int64_t c = 0; c < channels; ++c) {
                    sums[c] += part[c];
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

/// Output pixels, and how many of them make a piece when each reads `reads` pixels.
template <typename Place>
int64_t countOf(const ImageShape& shape, std::span<const Place> rows, std::span<const Place> columns) {
    return shape.batch * static_cast<int64_t>(rows.size() * columns.size());
}

int64_t windowGrain(const ImageShape& shape, std::span<const Span> rows, std::span<const Span> columns) {
    const int64_t pixels = rows.empty() || columns.empty()
                               ? 1
                               : (rows[0].end - rows[0].begin) * (columns[0].end - columns[0].begin);
    return rowGrain(std::max<int64_t>(pixels, 1) * shape.channels);
}

}  // namespace

void averageWindows(const IntegerSource& x, const ImageShape& shape, std::span<const Span> rows,
                    std::span<const Span> columns, float scale, const IntegerTarget& y) {
    forPieces(
        countOf(shape, rows, columns), windowGrain(shape, rows, columns), [&](int64_t begin, int64_t end) {
            averageIntegersPiece(x, shape, rows.data(), static_cast<int64_t>(rows.size()), columns.data(),
                                 static_cast<int64_t>(columns.size()), scale, y, begin, end);
        });
}

void averageReals(const IntegerSource& x, const ImageShape& shape, std::span<const Span> rows,
                  std::span<const Span> columns, float scale, const IntegerTarget& y) {
    forPieces(countOf(shape, rows, columns), windowGrain(shape, rows, columns),
              [&](int64_t begin, int64_t end) {
                  averageRealsPiece(x, shape, rows.data(), static_cast<int64_t>(rows.size()), columns.data(),
                                    static_cast<int64_t>(columns.size()), scale, y, begin, end);
              });
}

void averageWindows(const float* x, const ImageShape& shape, std::span<const Span> rows,
                    std::span<const Span> columns, float low, float high, float* y) {
    forPieces(countOf(shape, rows, columns), windowGrain(shape, rows, columns),
              [&](int64_t begin, int64_t end) {
                  averageFloatsPiece(x, shape, rows.data(), static_cast<int64_t>(rows.size()), columns.data(),
                                     static_cast<int64_t>(columns.size()), low, high, y, begin, end);
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
