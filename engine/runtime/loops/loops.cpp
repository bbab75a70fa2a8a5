#include "runtime/loops/loops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "runtime/loops/loop_parts.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace qs::runtime {

namespace {

constexpr int64_t kTile = 256;  // numbers that loops keep at a time

QS_CLONES void requantizePiece(IntegerSource a, IntegerTarget y, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
        y.data[i] = store(load(a, i), y);
    }
}

/// What the zero points come to in a sum.
float sumOfZeroPoints(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y) {
    const auto left = static_cast<float>(a.zeroPoint - a.flip),
               right = static_cast<float>(b.zeroPoint - b.flip);
    return static_cast<float>(y.zeroPoint - y.flip) - std::fma(a.scale, left, b.scale * right);
}

QS_CLONES void addIntegersPiece(IntegerSource a, IntegerSource b, float moved, IntegerTarget y,
                                int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        y.data[i] = storeMoved(
            __builtin_fmaf(integerAt(a, i), a.scale, __builtin_fmaf(integerAt(b, i), b.scale, moved)), y);
    }
}

QS_CLONES bool equalsSum(IntegerSource a, IntegerSource b, float moved, IntegerTarget y, const uint8_t* bytes,
                         int64_t count) {
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    int32_t apart = 0;
    for (int64_t k = 0; k < count; ++k) {
        b.data = bytes + k;
        const float addend = stepsAt(b, 0), other = __builtin_fmaf(integerAt(b, 0), b.scale, moved);
        for (int64_t i = 0; i < count; ++i) {
            const float fused = __builtin_fmaf(addend, b.scale, stepsAt(a, i) * a.scale) + zero;
            const float exact = __builtin_fmaf(integerAt(a, i), a.scale, other);
            apart |= roundMoved(fused, y) ^ roundMoved(exact, y);
        }
    }
    return apart == 0;
}

QS_CLONES void requantizeRowsPiece(IntegerSource a, IntegerTarget y, Rows rows, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < rows.width; ++i) {
            y.data[row * rows.yPitch + i] = store(load(a, row * rows.xPitch + i), y);
        }
    }
}

QS_CLONES void multiplyPiece(IntegerSource a, IntegerSource factor, float scale, IntegerTarget y,
                             int64_t begin, int64_t end) {
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    for (int64_t i = begin; i < end; ++i) {
        y.data[i] = storeMoved(stepsAt(a, i) * stepsAt(factor, i) * scale + zero, y);
    }
}

constexpr int64_t kFactors = 256;  ///< of as many channels at a time

/// Rows begin to end are pixels of one image, whose factors `factor` holds.
QS_CLONES void multiplyRowsPiece(IntegerSource a, IntegerSource factor, float scale, IntegerTarget y,
                                 int64_t channels, int64_t begin, int64_t end) {
    alignas(64) float factors[kFactors];
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    for (int64_t first = 0; first < channels; first += kFactors) {
        const int64_t count = std::min(kFactors, channels - first);
        for (int64_t c = 0; c < count; ++c) {
            factors[c] = stepsAt(factor, first + c);
        }
        for (int64_t row = begin; row < end; ++row) {
            const int64_t at = row * channels + first;
            for (int64_t c = 0; c < count; ++c) {
                y.data[at + c] = storeMoved(stepsAt(a, at + c) * factors[c] * scale + zero, y);
            }
        }
    }
}

QS_CLONES void addConstantsPiece(IntegerSource a, const float* c, float scale, IntegerTarget y, int64_t width,
                                 int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < width; ++i) {
            y.data[row * width + i] = store((load(a, row * width + i) + c[i]) / scale, y);
        }
    }
}

QS_CLONES void multiplyConstantsPiece(IntegerSource a, const float* c, float scale, IntegerTarget y,
                                      int64_t width, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < width; ++i) {
            y.data[row * width + i] = store(load(a, row * width + i) * c[i] / scale, y);
        }
    }
}

QS_CLONES void shiftPiece(const uint8_t* x, uint8_t by, uint8_t* y, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
        y[i] = static_cast<uint8_t>(x[i] + by);
    }
}

void lookUpPiece(const uint8_t* x, const ByteTable& table, uint8_t* y, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
        y[i] = table[x[i]];
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
/// 64 bytes at a time: two permutations of 128 entries each, and the top bit chooses.
__attribute__((target("avx512vbmi,avx512bw,avx512f"))) void lookUpPieceVbmi(const uint8_t* x,
                                                                            const ByteTable& table,
                                                                            uint8_t* y, int64_t begin,
                                                                            int64_t end) {
    const __m512i t0 = _mm512_loadu_si512(table.data()), t1 = _mm512_loadu_si512(table.data() + 64);
    const __m512i t2 = _mm512_loadu_si512(table.data() + 128), t3 = _mm512_loadu_si512(table.data() + 192);
    for (int64_t i = begin; i < end; i += 64) {
        const int64_t left = end - i;
        const __mmask64 mask = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
        const __m512i index = _mm512_maskz_loadu_epi8(mask, x + i);
        const __m512i low = _mm512_permutex2var_epi8(t0, index, t1);
        const __m512i high = _mm512_permutex2var_epi8(t2, index, t3);
        _mm512_mask_storeu_epi8(y + i, mask, _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high));
    }
}

bool hasVbmi() {
    static const bool has = __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
    return has;
}
#else
void lookUpPieceVbmi(const uint8_t* x, const ByteTable& table, uint8_t* y, int64_t begin, int64_t end) {
    lookUpPiece(x, table, y, begin, end);
}
bool hasVbmi() {
    return false;
}
#endif

constexpr int64_t kWorthATable = 4096;  // bytes; the table itself takes 256

/// What requantization makes of each byte.
ByteTable tabulate(IntegerSource a, IntegerTarget y) {
    ByteTable bytes, table;
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    a.data = bytes.data();
    y.data = table.data();
    requantizePiece(a, y, 0, static_cast<int64_t>(bytes.size()));
    return table;
}

QS_CLONES void quantizePiece(const float* x, float scale, IntegerTarget y, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
        const float r = x[i] / scale;
        y.data[i] = store(r == r ? r : 0.0F, y);
    }
}

QS_CLONES void dequantizePiece(IntegerSource q, float* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        y[i] = load(q, i);
    }
}

QS_CLONES void clampPiece(const float* x, float low, float high, float* y, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
        y[i] = clamp(x[i], low, high);
    }
}

QS_CLONES void addFloatsPiece(const float* a, const float* b, float low, float high, float* y,
                              int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        y[i] = clamp(a[i] + b[i], low, high);
    }
}

/// Calls body(x, y, count) for stretches of elements that begin at x and at y: one a row, or longer ones
/// where rows follow each other.
template <typename Body>
void forStretches(const Rows& rows, const Body& body) {
    if (rows.isDense()) {
        forPieces(rows.count * rows.width, kGrain,
                  [&](int64_t begin, int64_t end) { body(begin, begin, end - begin); });
        return;
    }
    forPieces(rows.count, rowGrain(rows.width), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            body(row * rows.xPitch, row * rows.yPitch, rows.width);
        }
    });
}

/// Pixels of one image from quantized planes in `tile` (kTile apart) to interleaved channels.
constexpr int64_t kTileChannels = 16;

template <int64_t C>
void interleave(const uint8_t* tile, uint8_t* to, int64_t pixels, int64_t stride) {
    for (int64_t p = 0; p < pixels; ++p) {
        for (int64_t c = 0; c < C; ++c) {
            to[p * stride + c] = tile[c * kTile + p];
        }
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
/// Where the bytes of an interleaved register come from: of the first two planes (64 and more: the second)
/// and of the third, for each of three registers.
struct ThreePlanes {
    alignas(64) std::array<std::array<uint8_t, 64>, 3> pair{}, third{};
    std::array<uint64_t, 3> isThird{};
};

constexpr ThreePlanes threePlanes() {
    ThreePlanes planes;
    for (size_t i = 0; i < 192; ++i) {
        const size_t pixel = i / 3, plane = i % 3;
        planes.pair[i / 64][i % 64] = static_cast<uint8_t>(plane == 1 ? 64 + pixel : pixel);
        planes.third[i / 64][i % 64] = static_cast<uint8_t>(pixel);
        planes.isThird[i / 64] |= uint64_t{plane == 2} << (i % 64);
    }
    return planes;
}

/// 64 pixels of three dense channels at a time; the rest one by one.
__attribute__((target("avx512vbmi,avx512bw,avx512f"))) void interleaveThreeVbmi(const uint8_t* tile,
                                                                                uint8_t* to, int64_t pixels) {
    static constexpr ThreePlanes kPlanes = threePlanes();
    const int64_t whole = pixels / 64 * 64;
    for (int64_t p = 0; p < whole; p += 64) {
        const __m512i a = _mm512_loadu_si512(tile + p), b = _mm512_loadu_si512(tile + kTile + p);
        const __m512i c = _mm512_loadu_si512(tile + 2 * kTile + p);
        for (size_t i = 0; i < 3; ++i) {
            const __m512i pair = _mm512_permutex2var_epi8(a, _mm512_load_si512(kPlanes.pair[i].data()), b);
            const __m512i all = _mm512_mask_permutexvar_epi8(pair, kPlanes.isThird[i],
                                                             _mm512_load_si512(kPlanes.third[i].data()), c);
            _mm512_storeu_si512(to + p * 3 + static_cast<int64_t>(i) * 64, all);
        }
    }
    interleave<3>(tile + whole, to + whole * 3, pixels - whole, 3);
}
#else
void interleaveThreeVbmi(const uint8_t* tile, uint8_t* to, int64_t pixels) {
    interleave<3>(tile, to, pixels, 3);
}
#endif

void interleaveSome(const uint8_t* tile, uint8_t* to, int64_t pixels, int64_t channels, int64_t stride) {
    if (channels == 3 && stride == 3 && hasVbmi()) {
        interleaveThreeVbmi(tile, to, pixels);
        return;
    }
    switch (channels) {
        case 3:
            interleave<3>(tile, to, pixels, stride);
            break;
        case kTileChannels:
            interleave<kTileChannels>(tile, to, pixels, stride);
            break;
        default:
            for (int64_t c = 0; c < channels; ++c) {
                interleave<1>(tile + c * kTile, to + c, pixels, stride);
            }
    }
}

}  // namespace

void requantize(const IntegerSource& a, const IntegerTarget& y, int64_t count) {
    if (hasVbmi() && count >= kWorthATable) {
        lookUp(a.data, tabulate(a, y), y.data, count);
        return;
    }
    forPieces(count, kGrain, [&](int64_t begin, int64_t end) { requantizePiece(a, y, begin, end); });
}

void addIntegers(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y, const Rows& rows) {
    const float moved = sumOfZeroPoints(a, b, y);
    forStretches(rows, [&](int64_t x, int64_t to, int64_t count) {
        IntegerSource left = a, right = b;
        IntegerTarget target = y;
        left.data += x;
        right.data += x;
        target.data += to;
        addIntegersPiece(left, right, moved, target, count);
    });
}

void addRow(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y, int64_t rows,
            int64_t width) {
    const float moved = sumOfZeroPoints(a, b, y);
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        IntegerSource source = a;
        IntegerTarget target = y;
        for (int64_t row = begin; row < end; ++row) {
            source.data = a.data + row * width;
            target.data = y.data + row * width;
            addIntegersPiece(source, b, moved, target, width);
        }
    });
}

bool sumIsExact(const IntegerSource& a, const IntegerSource& b, const IntegerTarget& y) {
    ByteTable bytes;
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    IntegerSource left = a;
    left.data = bytes.data();
    return equalsSum(left, b, sumOfZeroPoints(a, b, y), y, bytes.data(), static_cast<int64_t>(bytes.size()));
}

void requantizeRows(const IntegerSource& a, const IntegerTarget& y, const Rows& rows) {
    if (hasVbmi() && rows.count * rows.width >= kWorthATable) {
        lookUp(a.data, tabulate(a, y), y.data, rows);
        return;
    }
    forPieces(rows.count, rowGrain(rows.width),
              [&](int64_t begin, int64_t end) { requantizeRowsPiece(a, y, rows, begin, end); });
}

void multiplyIntegers(const IntegerSource& a, const IntegerSource& factor, float scale,
                      const IntegerTarget& y, int64_t batch, int64_t pixels, int64_t channels) {
    if (batch * pixels == 1) {
        forPieces(channels, kGrain,
                  [&](int64_t begin, int64_t end) { multiplyPiece(a, factor, scale, y, begin, end); });
        return;
    }
    forPieces(batch * pixels, rowGrain(channels), [&](int64_t begin, int64_t end) {
        for (int64_t first = begin; first < end;) {
            const int64_t image = first / pixels, next = std::min(end, (image + 1) * pixels);
            IntegerSource own = factor;
            own.data += image * channels;
            multiplyRowsPiece(a, own, scale, y, channels, first, next);
            first = next;
        }
    });
}

void lookUp(const uint8_t* x, const ByteTable& table, uint8_t* y, int64_t count) {
    forPieces(count, kGrain, [&](int64_t begin, int64_t end) {
        (hasVbmi() ? lookUpPieceVbmi : lookUpPiece)(x, table, y, begin, end);
    });
}

void lookUp(const uint8_t* x, const ByteTable& table, uint8_t* y, const Rows& rows) {
    forStretches(rows, [&](int64_t from, int64_t to, int64_t count) {
        (hasVbmi() ? lookUpPieceVbmi : lookUpPiece)(x + from, table, y + to, 0, count);
    });
}

void shiftBytes(const uint8_t* x, uint8_t by, uint8_t* y, int64_t count) {
    forPieces(count, kGrain, [&](int64_t begin, int64_t end) { shiftPiece(x, by, y, begin, end); });
}

void copyRows(const uint8_t* x, uint8_t* y, const Rows& rows) {
    forStretches(rows, [&](int64_t from, int64_t to, int64_t count) {
        std::memcpy(y + to, x + from, static_cast<size_t>(count));
    });
}

void gatherBlocks(const uint8_t* x, uint8_t* y, const Blocks& blocks) {
    const int64_t row = blocks.inner * blocks.size;
    forPieces(blocks.outer, rowGrain(row), [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
            const uint8_t* from = x + o * blocks.outerStride;
            uint8_t* to = y + o * row;
            for (int64_t i = 0; i < blocks.inner; ++i) {
                std::memcpy(to + i * blocks.size, from + i * blocks.innerStride,
                            static_cast<size_t>(blocks.size));
            }
        }
    });
}

void collectBlocks(const uint8_t* x, std::span<const int64_t> starts, int64_t size, uint8_t* y,
                   int64_t pitch) {
    forPieces(static_cast<int64_t>(starts.size()), rowGrain(size), [&](int64_t begin, int64_t end) {
        if (size == 1 && pitch == 1) {
            for (int64_t i = begin; i < end; ++i) {
                y[i] = x[starts[static_cast<size_t>(i)]];
            }
            return;
        }
        for (int64_t i = begin; i < end; ++i) {
            std::memcpy(y + i * pitch, x + starts[static_cast<size_t>(i)], static_cast<size_t>(size));
        }
    });
}

void addConstants(const IntegerSource& a, const float* addends, float scale, const IntegerTarget& y,
                  int64_t rows, int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        addConstantsPiece(a, addends, scale, y, width, begin, end);
    });
}

void multiplyConstants(const IntegerSource& a, const float* factors, float scale, const IntegerTarget& y,
                       int64_t rows, int64_t width) {
    forPieces(rows, rowGrain(width), [&](int64_t begin, int64_t end) {
        multiplyConstantsPiece(a, factors, scale, y, width, begin, end);
    });
}

void quantizeFloats(const float* x, float scale, const IntegerTarget& y, const Rows& rows) {
    forStretches(rows, [&](int64_t from, int64_t to, int64_t count) {
        IntegerTarget target = y;
        target.data += to;
        quantizePiece(x + from, scale, target, 0, count);
    });
}

void quantizeToChannelsLast(const float* x, float scale, const IntegerTarget& y, const Planes& planes) {
    const auto [batch, channels, pixels, pitch] = planes;
    const int64_t tiles = (pixels + kTile - 1) / kTile;
    const int64_t grain = std::max<int64_t>(1, kGrain / (kTile * channels));
    forPieces(batch * tiles, grain, [&](int64_t begin, int64_t end) {
        alignas(64) uint8_t tile[kTile * kTileChannels];
        for (int64_t i = begin; i < end; ++i) {
            const int64_t image = i / tiles, pixel = i % tiles * kTile;
            const int64_t width = std::min(kTile, pixels - pixel);
            for (int64_t c = 0; c < channels; c += kTileChannels) {
                const int64_t some = std::min(kTileChannels, channels - c);
                for (int64_t k = 0; k < some; ++k) {
                    IntegerTarget row = y;
                    row.data = tile + k * kTile;
                    quantizePiece(x + (image * channels + c + k) * pixels + pixel, scale, row, 0, width);
                }
                interleaveSome(tile, y.data + (image * pixels + pixel) * pitch + c, width, some, pitch);
            }
        }
    });
}

void dequantizeIntegers(const IntegerSource& q, float* y, const Rows& rows) {
    forStretches(rows, [&](int64_t from, int64_t to, int64_t count) {
        IntegerSource source = q;
        source.data += from;
        dequantizePiece(source, y + to, count);
    });
}

void clampFloats(const float* x, float low, float high, float* y, int64_t count) {
    forPieces(count, kGrain, [&](int64_t begin, int64_t end) { clampPiece(x, low, high, y, begin, end); });
}

void addFloats(const float* a, const float* b, float low, float high, float* y, const Rows& rows) {
    forStretches(rows, [&](int64_t x, int64_t to, int64_t count) {
        addFloatsPiece(a + x, b + x, low, high, y + to, count);
    });
}

}  // namespace qs::runtime
