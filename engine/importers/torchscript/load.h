#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/mobile/module.h>

#include <filesystem>

#include "core/result.h"

namespace qs {

/// The only ways to LibTorch's loaders: people open models that strangers made, and LibTorch runs and
/// believes what it loads. The file is checked first (archive_check.h), and what was loaded before anything
/// of it runs (graph_check.h). Quantized layers are packed for the active quantized engine. Failure in one
/// line that names the file.

/// A TorchScript module, on the CPU and in evaluation mode. `extra` asks for files inside by name.
Result<torch::jit::Module> loadTorchScript(const std::filesystem::path& path,
                                           torch::jit::ExtraFilesMap& extra);
Result<torch::jit::Module> loadTorchScript(const std::filesystem::path& path);

/// A module of the lite interpreter.
Result<torch::jit::mobile::Module> loadLite(const std::filesystem::path& path);

}  // namespace qs
