#include "exporters/onnx/elements.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

constexpr int kInt4Opset = 21;

struct Row {
    DType dtype;
    OnnxElement element;
};

/// The types of one dtype stand together, the narrowest first.
constexpr Row kElements[] = {
    {DType::Int8, {3, "int8", 8, 13}},
    {DType::UInt8, {2, "uint8", 8, 13}},
    {DType::Int16, {5, "int16", 16, 21}},
    {DType::UInt16, {4, "uint16", 16, 21}},
    {DType::Int4, {22, "int4", 4, kInt4Opset}},
    {DType::Int4, {3, "int8", 8, 13}},
    {DType::UInt4, {21, "uint4", 4, kInt4Opset}},
    {DType::UInt4, {2, "uint8", 8, 13}},
    {DType::Int2, {22, "int4", 4, kInt4Opset}},
    {DType::Int2, {3, "int8", 8, 13}},
    {DType::UInt2, {21, "uint4", 4, kInt4Opset}},
    {DType::UInt2, {2, "uint8", 8, 13}},
    {DType::Ternary, {22, "int4", 4, kInt4Opset}},
    {DType::Ternary, {3, "int8", 8, 13}},
    {DType::Binary, {22, "int4", 4, kInt4Opset}},
    {DType::Binary, {3, "int8", 8, 13}},
    {DType::Float8E4M3, {17, "float8_e4m3", 8, 19}},
    {DType::Float8E5M2, {19, "float8_e5m2", 8, 19}},
};

/// The byte of a number that `type` has: sign, exponent with its bias, mantissa (IEEE 754's layout, which
/// both float8 types share).
uint8_t float8Bits(float x, const DTypeInfo& type) {
    const uint8_t sign = std::signbit(x) ? 0x80 : 0;
    const float magnitude = std::abs(x);
    int exponent = 0;
    std::frexp(magnitude, &exponent);  // magnitude in [2^(exponent - 1), 2^exponent)
    const int power = std::max(exponent - 1, type.leastExponent);
    const auto steps = static_cast<int>(std::ldexp(magnitude, type.mantissaBits - power));
    const int implied = 1 << type.mantissaBits;
    // Numbers below the least normal one have the exponent 0.
    const int biased = steps < implied ? 0 : power - type.leastExponent + 1;
    const int mantissa = steps < implied ? steps : steps - implied;
    return static_cast<uint8_t>(sign | biased << type.mantissaBits | mantissa);
}

std::string float8Bytes(const at::Tensor& numbers, DType dtype) {
    const float* values = numbers.data_ptr<float>();
    std::string bytes(static_cast<size_t>(numbers.numel()), '\0');
    std::transform(values, values + numbers.numel(), bytes.begin(),
                   [&](float x) { return static_cast<char>(float8Bits(x, infoOf(dtype))); });
    return bytes;
}

std::string nibbles(const at::Tensor& numbers) {
    const at::Tensor bytes = numbers.to(at::kChar);
    const int8_t* values = bytes.data_ptr<int8_t>();
    std::string result(static_cast<size_t>((bytes.numel() + 1) / 2), '\0');
    for (int64_t i = 0; i < bytes.numel(); ++i) {
        const int nibble = (values[i] & 0xF) << (i % 2 == 0 ? 0 : 4);
        char& byte = result[static_cast<size_t>(i / 2)];
        byte = static_cast<char>(static_cast<unsigned char>(byte) | nibble);
    }
    return result;
}

}  // namespace

std::optional<OnnxElement> elementFor(DType dtype, int opset) {
    const auto* found = std::ranges::find_if(
        kElements, [&](const Row& row) { return row.dtype == dtype && row.element.firstOpset <= opset; });
    return found == std::end(kElements) ? std::nullopt : std::optional(found->element);
}

std::string packed(const at::Tensor& numbers, const OnnxElement& element) {
    const at::Tensor values = numbers.contiguous();
    if (values.scalar_type() == at::kFloat) {
        const auto* row = std::ranges::find_if(
            kElements, [&](const Row& known) { return known.element.type == element.type; });
        return float8Bytes(values, row->dtype);
    }
    if (element.bits == 4) {
        return nibbles(values);
    }
    // uint16 is held as int32: the lower half of each is its bytes.
    const at::Tensor stored = element.bits == 16 ? values.to(at::kShort)
                                                 : values.to(element.name == "int8" ? at::kChar : at::kByte);
    return {static_cast<const char*>(stored.data_ptr()), stored.nbytes()};
}

}  // namespace qs
