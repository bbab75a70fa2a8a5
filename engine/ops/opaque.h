#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/op.h"

namespace qs {

/// Operators that no entry knows are carried as they are: `op` is the ATen name ("aten::silu"), and the
/// attributes hold "overload" (string) and "arguments", a list with one item a positional argument: "tensor"
/// takes the next input, "list:N" the next N inputs as a tensor list, "constant:NAME" the IValue attribute
/// NAME. Constant tensors are inputs, as everywhere.
OpenedOp openOpaque(const std::string& overload, std::span<const AtenArg> args);

/// Whether LibTorch's dispatcher has the operator.
bool dispatcherKnows(const std::string& op, const std::string& overload);

/// Runs a carried operator through the dispatcher; tensor lists among the results are flattened.
std::vector<at::Tensor> runOpaque(const std::string& op, const Attributes& attrs,
                                  std::span<const at::Tensor> inputs);

}  // namespace qs
