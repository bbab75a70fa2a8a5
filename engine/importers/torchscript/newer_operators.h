#pragma once

#include <ATen/core/function.h>
#include <ATen/core/function_schema.h>

namespace qs {

/// Makes operators known that PyTorch 2 writes into files and this LibTorch does not have, each composed of
/// operators that it has: files with them load, and LibTorch runs them. To be called before a file is loaded;
/// further calls do nothing.
void registerNewerOperators();

/// What an operator is composed of, as a function with its arguments in order that returns its result, or a
/// tuple of its results; null for operators that are whole. Besides the newer ones these are fused layers of
/// this LibTorch's own (a whole transformer layer) whose parts ops/ knows. Tensors of the meta device take
/// part as activations: a mask that is one is not looked into. In these functions nothing is random: dropout
/// is left out.
torch::jit::Function* compositionOf(const c10::FunctionSchema& schema);

}  // namespace qs
