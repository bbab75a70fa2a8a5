#include "graph/dtype.h"

#include <algorithm>
#include <array>

namespace qs {

namespace {

constexpr bool kInteger = true;
constexpr bool kFloat = false;
constexpr bool kSigned = true;
constexpr bool kUnsigned = false;

/// In the order of the enumeration.
constexpr std::array kTypes = {
    DTypeInfo{DType::Float32, "float32", 32, kFloat, kSigned, 0, 0, 23, -126, 3.4028234663852886e38},
    DTypeInfo{DType::Float16, "float16", 16, kFloat, kSigned, 0, 0, 10, -14, 65504},
    DTypeInfo{DType::BFloat16, "bfloat16", 16, kFloat, kSigned, 0, 0, 7, -126, 3.3895313892515355e38},
    DTypeInfo{DType::Float8E4M3, "float8_e4m3", 8, kFloat, kSigned, 0, 0, 3, -6, 448},
    DTypeInfo{DType::Float8E5M2, "float8_e5m2", 8, kFloat, kSigned, 0, 0, 2, -14, 57344},
    DTypeInfo{DType::UInt16, "uint16", 16, kInteger, kUnsigned, 0, 65535},
    DTypeInfo{DType::Int16, "int16", 16, kInteger, kSigned, -32768, 32767},
    DTypeInfo{DType::UInt8, "uint8", 8, kInteger, kUnsigned, 0, 255},
    DTypeInfo{DType::Int8, "int8", 8, kInteger, kSigned, -128, 127},
    DTypeInfo{DType::UInt4, "uint4", 4, kInteger, kUnsigned, 0, 15},
    DTypeInfo{DType::Int4, "int4", 4, kInteger, kSigned, -8, 7},
    DTypeInfo{DType::UInt2, "uint2", 2, kInteger, kUnsigned, 0, 3},
    DTypeInfo{DType::Int2, "int2", 2, kInteger, kSigned, -2, 1},
    DTypeInfo{DType::Ternary, "ternary", 2, kInteger, kSigned, -1, 1},
    DTypeInfo{DType::Binary, "binary", 1, kInteger, kSigned, -1, 1},
};

struct Alias {
    std::string_view name;
    DType dtype;
};
constexpr std::array kAliases = {
    Alias{"fp32", DType::Float32},        Alias{"fp16", DType::Float16},
    Alias{"bf16", DType::BFloat16},       Alias{"fp8", DType::Float8E4M3},
    Alias{"fp8_e4m3", DType::Float8E4M3}, Alias{"fp8_e5m2", DType::Float8E5M2},
};

}  // namespace

const DTypeInfo& infoOf(DType dtype) {
    return kTypes[static_cast<size_t>(dtype)];
}

std::span<const DTypeInfo> dtypes() {
    return kTypes;
}

std::string_view toString(DType dtype) {
    return infoOf(dtype).name;
}

std::optional<DType> dtypeFromString(std::string_view text) {
    if (const auto found = std::ranges::find(kTypes, text, &DTypeInfo::name); found != kTypes.end()) {
        return found->dtype;
    }
    const auto alias = std::ranges::find(kAliases, text, &Alias::name);
    return alias == kAliases.end() ? std::nullopt : std::optional(alias->dtype);
}

}  // namespace qs
