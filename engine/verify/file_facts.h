#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "exporters/metadata.h"
#include "protocol/messages.h"

namespace qs {

/// What decides which runtimes can open a file. Lite: TorchScript with the bytecode of the lite interpreter.
enum class FileFormat { Onnx, TorchScript, Lite };

/// An exported file, and what it says about itself.
struct FileFacts {
    std::filesystem::path path;
    FileFormat format = FileFormat::Onnx;
    bool described = false;  ///< whether an export wrote it: all below comes from its metadata
    std::optional<protocol::Recipe> recipe;
    std::string target;
    std::vector<protocol::TensorInfo> inputs;
    std::optional<protocol::Preprocessing> preprocessing;
    bool preprocessingInside = false;
    LayerTensors layers;
};

/// Reads no weights. Failure, with the remedy, where the file is not there, is no model, or is damaged.
Result<FileFacts> readFacts(const std::filesystem::path& path);

}  // namespace qs
