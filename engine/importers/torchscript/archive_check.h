#pragma once

#include <filesystem>

#include "core/result.h"

namespace qs {

/// Whether an archive of TorchScript may be handed to LibTorch: its container is sound, its pickles make
/// nothing but values and objects of a network whose tensors lie in the file, and no code that loading runs
/// reaches beyond the network. Nothing in the file runs here. Reads each record but the tensors' once.
Status checkTorchScript(const std::filesystem::path& path);

/// The same, and the lite interpreter's bytecode, which it believes.
Status checkLite(const std::filesystem::path& path);

/// The same for a file of trained weights: one dictionary of names and tensors.
Status checkWeights(const std::filesystem::path& path);

}  // namespace qs
