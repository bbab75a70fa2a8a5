#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/graph.h"

namespace qs {

/// A model file as opened: the network, and what the file says about itself.
struct ImportedModel {
    Graph graph;
    std::string format;               ///< "torchscript"
    std::vector<int64_t> inputShape;  ///< N, C, H, W where the file records one (extra file quantoscope.json)
    std::vector<std::string> classes;
};

/// A model format: whether the first bytes look like one, and how to open it.
struct Importer {
    std::function<bool(const std::filesystem::path&)> matches;
    std::function<Result<ImportedModel>(const std::filesystem::path&)> open;
};

const Registry<Importer>& importers();

/// Opens a model file of any known format; one clear line for what cannot be opened.
Result<ImportedModel> openModel(const std::filesystem::path& path);

/// Runs the float graph once on zeros of `inputShape` and records every value's shape.
Status inferShapes(Graph& graph, const std::vector<int64_t>& inputShape);

/// An input shape to try where neither the file nor the data gives one: channels from the first convolution
/// or features from the first linear layer, 224 x 224 pixels.
std::vector<int64_t> guessInputShape(const Graph& graph);

}  // namespace qs
