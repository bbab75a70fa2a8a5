#pragma once

#include <cstdint>
#include <filesystem>

#include "core/result.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// Whether the lite interpreter can run its bytecode (bytecode.pkl) on the model of data.pkl without leaving
/// its tables, and its forward without leaving the stack or its objects, and every operator computes.
/// LibTorch looks at none of that. `version` is the archive's; `path` is for the message.
Status checkBytecode(const Pickle& bytecode, const Pickle& data, uint64_t version,
                     const std::filesystem::path& path);

}  // namespace qs
