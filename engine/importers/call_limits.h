#pragma once

#include <ATen/core/function_schema.h>

#include "importers/operators.h"

namespace qs {

/// Holds the integer arguments of a call, by the names that its schema gives them, against what makes sense
/// there: a stride is 1 to 2^31 - 1, an axis -64 to 63. LibTorch divides by them and multiplies them unseen.
/// Throws ImportError: "stride is 0, but must be 1 to 2147483647".
void checkRanges(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments);

/// Throws ImportError for a call that would make a tensor of more than `mostElements`, or more tensors than
/// any network has, as far as its arguments tell.
void checkCreated(const c10::FunctionSchema& schema, const Values& arguments, int64_t mostElements);

}  // namespace qs
