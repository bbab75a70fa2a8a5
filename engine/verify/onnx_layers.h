#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "exporters/metadata.h"

namespace qs {

/// A copy of an ONNX model that gives out the layers' tensors behind its own outputs.
struct OnnxWithLayers {
    std::filesystem::path path;
    size_t outputs = 0;  ///< of the model itself
    /// By layer, which of the copy's outputs are its tensors.
    std::map<std::string, std::vector<size_t>> layers;
};

/// Writes the copy into `folder`, with the files of external data that the model names beside it. A result of
/// a QuantizeLinear that is given out stays where it is: runtimes fuse around it as before. `layers` that the
/// model lacks are left out.
Result<OnnxWithLayers> writeOnnxWithLayers(const std::filesystem::path& model, const LayerTensors& layers,
                                           const std::filesystem::path& folder);

}  // namespace qs
