#pragma once

#include <ATen/core/ivalue.h>

#include <string>
#include <utility>
#include <vector>

namespace qs {

/// Whether the value is, or holds at any depth of tuples and lists, an activation of a tracer.
bool hasActivation(const c10::IValue& value);

/// Tensors of a model's result in order; None is left out. Entries of a dictionary keep their names. Throws
/// ImportError for what is neither a tensor nor holds some.
std::vector<std::pair<std::string, at::Tensor>> namedTensors(const c10::IValue& result);

}  // namespace qs
