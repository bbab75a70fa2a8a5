#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qs {

/// Element types that a qconfig can ask for.
enum class DType {
    Float32,
    Float16,
    BFloat16,
    Float8E4M3,
    Float8E5M2,
    UInt16,
    Int16,
    UInt8,
    Int8,
    UInt4,
    Int4,
    UInt2,
    Int2,
    Ternary,  ///< -1, 0, 1
    Binary,   ///< -1, 1: the sign of what is quantized, 1 for zero
};

/// What there is to know about an element type.
struct DTypeInfo {
    DType dtype;
    std::string_view name;  ///< as in qconfigs, recipes and texts: "int4", "float8_e4m3"
    int bits;               ///< of one stored value; below 8 several share a byte
    bool isInteger;
    bool isSigned;
    int64_t least;     ///< integers: the least and the greatest
    int64_t greatest;  ///< floats: 0
    /// Floats below 32 bits: mantissa bits without the implied one, the exponent of the least normal number,
    /// and the greatest finite number. IEEE 754 for float16, bfloat16 and float8_e5m2; float8_e4m3 is the
    /// "fn" form without infinity (https://arxiv.org/abs/2209.05433).
    int mantissaBits = 0;
    int leastExponent = 0;
    double greatestFinite = 0;

    /// Whether one value fits into a byte that integer kernels multiply.
    bool fitsByte() const { return isInteger && bits <= 8; }
};

const DTypeInfo& infoOf(DType dtype);
/// All types, the widest floats first.
std::span<const DTypeInfo> dtypes();

std::string_view toString(DType dtype);
/// By the table's names and the usual short ones ("fp16", "bf16", "fp8", "fp8_e5m2", "fp32").
std::optional<DType> dtypeFromString(std::string_view text);

}  // namespace qs
