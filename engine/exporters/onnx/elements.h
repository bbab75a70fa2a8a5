#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "graph/dtype.h"

namespace qs {

/// An element type of ONNX that QuantizeLinear and DequantizeLinear take.
struct OnnxElement {
    int32_t type;    ///< of TensorProto::DataType, the youngest of which Debian's schema does not name
    DType dtype;     ///< whose numbers it has
    int firstOpset;  ///< of the two operators' forms that take it
};

/// The narrowest element that an opset has for the numbers of a dtype: of 2-bit, ternary and binary numbers
/// int4 or uint4, which before opset 21 are int8 or uint8. Empty: there is none.
std::optional<OnnxElement> elementFor(DType dtype, int opset);

/// Numbers as TensorProto's raw data: integers in storageOf()'s types, or float8 numbers as float32, row by
/// row; two of 4 bits in a byte, the first in the lower half.
std::string packed(const at::Tensor& numbers, const OnnxElement& element);

}  // namespace qs
