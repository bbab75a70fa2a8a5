#pragma once

#include "runtime/loops/loops.h"
#include "runtime/plan/bounds.h"
#include "runtime/plan/operand.h"

namespace qs::runtime {

/// Top bit of a signed byte: flipping it turns q into q + 128 as an unsigned one.
inline uint8_t flipOf(const QParams& qparams) {
    return byteType(qparams) == at::kChar ? 0x80 : 0;
}

/// The zero point that belongs to the flipped byte.
inline int32_t unsignedZeroPoint(const QParams& qparams) {
    return static_cast<int32_t>(qparams.zeroPoint[0]) + flipOf(qparams);
}

/// Loop arguments with everything but the addresses, which a step fills in when it runs.
inline IntegerSource integerSource(const QParams& qparams, double scale) {
    return {nullptr, flipOf(qparams), unsignedZeroPoint(qparams), static_cast<float>(scale)};
}

inline IntegerTarget integerTarget(const QParams& y, const Bounds& real) {
    const Bounds bounds = integerBounds(real, y);
    return {nullptr, flipOf(y), unsignedZeroPoint(y), static_cast<float>(bounds.low),
            static_cast<float>(bounds.high)};
}

/// Of two operands whose elements lie in the same order.
inline Rows rowsOf(const Operand& x, const Operand& y) {
    return {y.rowCount(), y.rowWidth(), x.isDense() ? y.rowWidth() : x.rowStride, y.pitch()};
}

inline const uint8_t* bytesOf(const Buffer* buffer) {
    return static_cast<const uint8_t*>(buffer->data);
}
inline const float* floatsOf(const Buffer* buffer) {
    return static_cast<const float*>(buffer->data);
}

}  // namespace qs::runtime
