#pragma once

#include <ATen/core/ivalue.h>

#include "core/result.h"

namespace qs {

/// How many weights of convolutions and linear layers a loaded module holds as 8-bit integers: packed
/// parameters, and quantized tensors that are called "weight". Also of a module of the lite interpreter.
Result<int64_t> torchScriptIntegerWeights(const c10::intrusive_ptr<c10::ivalue::Object>& module);

}  // namespace qs
