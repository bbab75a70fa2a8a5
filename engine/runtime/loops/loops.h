#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace qs::runtime {

/// Elementwise loops for what oneDNN rounds differently or does slowly. All are split over OpenMP's threads
/// where there is enough to do and compiled for several instruction sets.
///
/// Signed bytes are handled as unsigned ones with the top bit flipped (`flip` = 0x80, zero points 128
/// higher), so that one loop serves both types.

/// r = scale * ((q ^ flip) - zeroPoint), zero point in unsigned form.
struct IntegerSource {
    const uint8_t* data;
    uint8_t flip;
    int32_t zeroPoint;
    float scale;
};

/// q = (round_half_even(clamp(r, low, high)) + zeroPoint) ^ flip, zero point in unsigned form.
struct IntegerTarget {
    uint8_t* data;
    uint8_t flip;
    int32_t zeroPoint;
    float low;
    float high;
};

/// `count` rows of `width` elements, which begin so many elements apart in x and in y.
struct Rows {
    int64_t count, width;
    int64_t xPitch, yPitch;
    bool isDense() const { return xPitch == width && yPitch == width; }
};
constexpr Rows denseRow(int64_t count) {
    return {1, count, count, count};
}

// Integer to integer: the sources' scales are in units of the target's unless told.

void requantize(const IntegerSource& a, const IntegerTarget& y, int64_t count);
/// a and b as `rows` has x. In float32: fma(qa, a.scale, fma(qb, b.scale, zy - fma(a.scale, za, b.scale *
/// zb))), which ONNX Runtime's QLinearAdd computes on CPUs with AVX2.
void addIntegers(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y, const Rows& rows);

/// The same of `rows` rows of `width` elements, each with the row b.
void addRow(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y, int64_t rows,
            int64_t width);

/// Whether a sum post-operation of oneDNN, which rounds fma(qb - zb, b.scale, (qa - za) * a.scale) + zy,
/// gives for every two bytes what addIntegers() does.
bool sumIsExact(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y);

void requantizeRows(const IntegerSource& a, const IntegerTarget& y, const Rows& rows);
/// a is batch x pixels x channels, and each image has a factor a channel. In float32, as ONNX Runtime's
/// QLinearMul: (qa - za) * (qf - zf) * scale + zy, where `scale` is s_a * s_f / s_y and those of the sources
/// are not used.
void multiplyIntegers(const IntegerSource& a, const IntegerSource& factor, float scale,
                      const IntegerTarget& y, int64_t batch, int64_t pixels, int64_t channels);

/// What becomes of each byte.
using ByteTable = std::array<uint8_t, 256>;
void lookUp(const uint8_t* x, const ByteTable& table, uint8_t* y, int64_t count);
void lookUp(const uint8_t* x, const ByteTable& table, uint8_t* y, const Rows& rows);

/// y = x + by modulo 256: the same numbers of the other signedness, or around another zero point.
void shiftBytes(const uint8_t* x, uint8_t by, uint8_t* y, int64_t count);

/// Rows of bytes.
void copyRows(const uint8_t* x, uint8_t* y, const Rows& rows);

/// Blocks of `size` bytes: `outer` times (`outerStride` bytes apart) `inner` of them (`innerStride` apart).
struct Blocks {
    int64_t outer, outerStride;
    int64_t inner, innerStride;
    int64_t size;
};
/// From where `blocks` says in x to dense memory.
void gatherBlocks(const uint8_t* x, uint8_t* y, const Blocks& blocks);

/// Blocks of `size` bytes that begin at `starts` in x, `pitch` bytes apart in y.
void collectBlocks(const uint8_t* x, std::span<const int64_t> starts, int64_t size, uint8_t* y,
                   int64_t pitch);

/// y = (a + addend) / scale or a * factor / scale, divided as the simulation does it: a is rows x width, and
/// each row meets the same numbers.
void addConstants(const IntegerSource& a, const float* addends, float scale, const IntegerTarget& y,
                  int64_t rows, int64_t width);
void multiplyConstants(const IntegerSource& a, const float* factors, float scale, const IntegerTarget& y,
                       int64_t rows, int64_t width);

// Floats to integers: r = x / scale (divided as the simulation does it); NaN counts as 0.

void quantizeFloats(const float* x, float scale, const IntegerTarget& y, const Rows& rows);
/// The same from N, C, H, W into N, H, W, C, where pixels begin `pitch` elements apart.
struct Planes {
    int64_t batch, channels, pixels;
    int64_t pitch;
};
void quantizeToChannelsLast(const float* x, float scale, const IntegerTarget& y, const Planes& planes);
void dequantizeIntegers(const IntegerSource& q, float* y, const Rows& rows);

/// y = clamp(x, low, high); NaN stays.
void clampFloats(const float* x, float low, float high, float* y, int64_t count);
/// y = clamp(a + b, low, high); a and b as `rows` has x.
void addFloats(const float* a, const float* b, float low, float high, float* y, const Rows& rows);

}  // namespace qs::runtime
