#pragma once

#include <initializer_list>
#include <optional>

#include "ops/aten_args.h"

namespace qs {

/// Reads a pooling operator's window from positional arguments 1, 2, ...: one attribute a name, in order,
/// with a number for each of the `axes`. A single number stands for all; an empty stride means the kernel.
/// Nothing where an argument is not constant.
std::optional<OpenedOp> openPoolWindow(const AtenArgs& args, size_t axes,
                                       std::initializer_list<const char*> names);

}  // namespace qs
