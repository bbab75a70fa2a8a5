#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs {

/// What goes into an exported file besides the network.
struct ExportOptions {
    std::vector<int64_t>
        inputShape;        ///< N, C, H, W of an example input; N is dynamic where the format can say so
    std::string metadata;  ///< JSON that the file carries (recipe, engine version)
};

struct Exporter {
    std::string extension;    ///< ".pt"
    std::string description;  ///< for menus
    /// Writes `path` atomically.
    std::function<Status(const QuantizedGraph&, const ExportOptions&, const std::filesystem::path& path)>
        write;
};

/// torchscript, onnx (engine/exporters, one a file).
const Registry<Exporter>& exporters();

/// The exporter for a file name's extension; usage error naming the extensions there are.
Result<const Exporter*> exporterFor(const std::filesystem::path& path);

}  // namespace qs
