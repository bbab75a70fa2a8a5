#pragma once

#include "exporters/onnx/builder.h"

namespace qs {

/// Turns QDQ form into ONNX Runtime's operators on integers: where an op reads nothing but dequantized
/// tensors and its result is quantized, the three become QLinearConv, QLinearMatMul, or com.microsoft's
/// QGemm, QLinearAdd, QLinearConcat, ...; ops that only move values work on the integers themselves. What has
/// no such operator stays in QDQ form.
void fuseIntoIntegerOperators(OnnxBuilder& builder);

}  // namespace qs
