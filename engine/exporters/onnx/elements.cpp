#include "exporters/onnx/elements.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "ops/quantize.h"

namespace qs {

namespace {

/// The narrowest first.
constexpr OnnxElement kElements[] = {
    {22, DType::Int4, 21},       {21, DType::UInt4, 21},      {3, DType::Int8, 13},  {2, DType::UInt8, 13},
    {17, DType::Float8E4M3, 19}, {19, DType::Float8E5M2, 19}, {5, DType::Int16, 21}, {4, DType::UInt16, 21},
};

/// Whether one has all numbers of the other.
bool holds(const DTypeInfo& wider, const DTypeInfo& type) {
    return wider.dtype == type.dtype ||
           (wider.isInteger && type.isInteger && wider.isSigned == type.isSigned && wider.bits <= 8 &&
            wider.bits > type.bits);
}

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

std::string float8Bytes(const at::Tensor& numbers, const DTypeInfo& type) {
    const float* values = numbers.data_ptr<float>();
    std::string bytes(static_cast<size_t>(numbers.numel()), '\0');
    std::transform(values, values + numbers.numel(), bytes.begin(),
                   [&](float x) { return static_cast<char>(float8Bits(x, type)); });
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
    const auto* found = std::ranges::find_if(kElements, [&](const OnnxElement& element) {
        return element.firstOpset <= opset && holds(infoOf(element.dtype), infoOf(dtype));
    });
    return found == std::end(kElements) ? std::nullopt : std::optional(*found);
}

std::string packed(const at::Tensor& numbers, const OnnxElement& element) {
    const DTypeInfo& type = infoOf(element.dtype);
    const at::Tensor values = numbers.contiguous();
    if (!type.isInteger) {
        return float8Bytes(values, type);
    }
    if (type.bits == 4) {
        return nibbles(values);
    }
    // uint16 is held as int32: the lower half of each is its bytes.
    const at::Tensor stored = values.to(type.bits == 16 ? at::kShort : storageOf(element.dtype));
    return {static_cast<const char*>(stored.data_ptr()), stored.nbytes()};
}

}  // namespace qs
