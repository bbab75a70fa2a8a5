#pragma once

#include "runtime/onednn/bounds.h"
#include "runtime/onednn/loops.h"
#include "runtime/onednn/operand.h"

namespace qs::onednn {

/// Top bit of a signed byte: flipping it turns q into q + 128 as an unsigned one.
inline uint8_t flipOf(const Operand& operand) {
    return operand.type == at::kChar ? 0x80 : 0;
}

/// The zero point that belongs to the flipped byte.
inline int32_t unsignedZeroPoint(const QParams& qparams, const Operand& operand) {
    return static_cast<int32_t>(qparams.zeroPoint[0]) + flipOf(operand);
}

/// Loop arguments with everything but the addresses, which a step fills in when it runs.
inline IntegerSource integerSource(const Operand& operand, const QParams& qparams, double scale) {
    return {nullptr, flipOf(operand), unsignedZeroPoint(qparams, operand), static_cast<float>(scale)};
}

inline IntegerTarget integerTarget(const Operand& operand, const QParams& y, const Bounds& real) {
    const Bounds bounds = integerBounds(real, y);
    return {nullptr, flipOf(operand), unsignedZeroPoint(y, operand), static_cast<float>(bounds.low),
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

}  // namespace qs::onednn
