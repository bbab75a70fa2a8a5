#pragma once

#include <torch/csrc/jit/api/module.h>

#include <filesystem>

#include "core/result.h"

namespace qs {

/// Whether a module that was loaded, and nothing of which has run, holds only operators that compute: in
/// every method and function of every class of the file, called or not. Names the operator and the place.
Status checkOperators(const torch::jit::Module& module, const std::filesystem::path& path);

}  // namespace qs
