#include "graph/qparams.h"

namespace qs {

std::string_view toString(DType dtype) {
    switch (dtype) {
        case DType::Float32:
            return "float32";
        case DType::Float16:
            return "float16";
        case DType::BFloat16:
            return "bfloat16";
        case DType::UInt8:
            return "uint8";
        case DType::Int8:
            return "int8";
        case DType::Int4:
            return "int4";
        case DType::Int2:
            return "int2";
        case DType::Binary:
            return "binary";
    }
    return "unknown";
}

std::optional<DType> dtypeFromString(std::string_view text) {
    for (const DType dtype : {DType::Float32, DType::Float16, DType::BFloat16, DType::UInt8, DType::Int8,
                              DType::Int4, DType::Int2, DType::Binary}) {
        if (toString(dtype) == text) {
            return dtype;
        }
    }
    return std::nullopt;
}

}  // namespace qs
