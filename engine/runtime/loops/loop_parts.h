#pragma once

// What loops are made of: pieces for threads, clones for instruction sets, rounding. For the sources of loops
// only.

#include <omp.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "runtime/loops/loops.h"

// The dynamic loader picks the clone by what the processor can (levels of x86-64: arch=haswell would ask for
// a processor of that name, and leave others the slowest clone); sanitizers cannot instrument its resolver.
#if defined(__x86_64__) && defined(__ELF__) && !defined(__SANITIZE_ADDRESS__)
#define QS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QS_CLONES
#endif

namespace qs::runtime {

inline constexpr int64_t kGrain = 16 * 1024;  // elements below which another thread costs more than it brings

/// Calls body(begin, end) for pieces of [0, count).
template <typename Body>
void forPieces(int64_t count, int64_t grain, const Body& body) {
    const int pieces =
        static_cast<int>(std::min<int64_t>(omp_get_max_threads(), (count + grain - 1) / grain));
    if (pieces <= 1) {
        body(int64_t{0}, count);
        return;
    }
#pragma omp parallel for num_threads(pieces)
    for (int i = 0; i < pieces; ++i) {
        body(count * i / pieces, count * (i + 1) / pieces);
    }
}

/// Rows of `width` elements that make a piece.
inline int64_t rowGrain(int64_t width) {
    return std::max<int64_t>(1, kGrain / std::max<int64_t>(width, 1));
}

/// Adding 1.5 * 2^23 leaves a float's integer part, rounded half to even, in its low mantissa bits. Holds for
/// |x| < 2^22, and vectorizes where nearbyint() does not.
inline int32_t roundHalfEven(float x) {
    constexpr float kMagic = 12582912.0F;
    return std::bit_cast<int32_t>(x + kMagic) - std::bit_cast<int32_t>(kMagic);
}

inline float clamp(float x, float low, float high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}

inline uint8_t store(float r, const IntegerTarget& y) {
    r = r > y.low ? r : y.low;
    r = r < y.high ? r : y.high;
    return static_cast<uint8_t>(static_cast<uint8_t>(roundHalfEven(r) + y.zeroPoint) ^ y.flip);
}

/// The q of an r that has the zero point (of the signed byte, where it is one) in it already.
inline int32_t roundMoved(float r, const IntegerTarget& y) {
    const auto zero = static_cast<float>(y.zeroPoint - y.flip);
    r = r > y.low + zero ? r : y.low + zero;
    r = r < y.high + zero ? r : y.high + zero;
    return roundHalfEven(r);
}

inline uint8_t storeMoved(float r, const IntegerTarget& y) {
    return static_cast<uint8_t>(static_cast<uint8_t>(roundMoved(r, y) + y.flip) ^ y.flip);
}

/// q as the graph has it.
inline float integerAt(const IntegerSource& a, int64_t i) {
    return static_cast<float>(static_cast<uint8_t>(a.data[i] ^ a.flip) - a.flip);
}

/// q - zeroPoint.
inline float stepsAt(const IntegerSource& a, int64_t i) {
    return static_cast<float>(static_cast<uint8_t>(a.data[i] ^ a.flip) - a.zeroPoint);
}

inline float load(const IntegerSource& a, int64_t i) {
    return a.scale * stepsAt(a, i);
}

inline constexpr int64_t kParts = 16;  // floats in a register of AVX-512: sums are formed in as many parts

inline float addUp(const float* parts) {
    float sum = 0;
    for (int64_t k = 0; k < kParts; ++k) {
        sum += parts[k];
    }
    return sum;
}

}  // namespace qs::runtime
