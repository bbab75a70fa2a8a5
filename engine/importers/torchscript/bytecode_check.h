#pragma once

#include <filesystem>

#include "core/result.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// Whether the lite interpreter can run its bytecode (bytecode.pkl) without leaving its tables: every
/// operator computes, and every instruction names an operator, constant, type or register that is there and
/// jumps within its function. LibTorch looks at none of that. `path` is for the message.
Status checkBytecode(const Pickle& bytecode, const std::filesystem::path& path);

}  // namespace qs
