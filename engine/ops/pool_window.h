#pragma once

#include <initializer_list>
#include <optional>

#include "ops/aten_args.h"

namespace qs {

/// Reads a pooling operator's window from positional arguments 1, 2, ...: one (h, w) attribute a name, in
/// order. A single number stands for both; an empty stride means the kernel. Nothing where an argument is not
/// constant.
std::optional<OpenedOp> openPoolWindow(const AtenArgs& args, std::initializer_list<const char*> names);

}  // namespace qs
