#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <functional>
#include <string>
#include <vector>

namespace qs {

/// Arguments or results of one call of an operator through LibTorch's dispatcher.
using Values = std::vector<c10::IValue>;

/// "aten::add.Tensor" -> {"aten::add", "Tensor"}.
c10::OperatorName splitName(const std::string& op);

/// The first line of what LibTorch says, without its stack trace.
std::string firstLine(const std::string& text);
/// The same of an exception, in words for a person: see exceptionSummary().
std::string firstSentence(const std::exception& error);

/// The value with each of its tensors, those in lists included, replaced by what `map` makes of it.
c10::IValue mapTensors(const c10::IValue& value, const std::function<at::Tensor(const at::Tensor&)>& map);
std::vector<at::Tensor> tensorsIn(const Values& values);

/// The results, of which none is the same tensor as an argument: some functional operators return one as it
/// is, which must not be taken for it.
Values distinct(const Values& results, const Values& arguments);

/// A tensor of the same shape, strides and type without data.
at::Tensor toMeta(const at::Tensor& tensor);

/// Throws what the operator throws.
Values run(const c10::OperatorHandle& handle, Values stack);

/// Operators that take an activation for its shape and type only.
bool isCreation(const std::string& name);
bool isInPlace(const std::string& name);

}  // namespace qs
