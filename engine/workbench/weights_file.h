#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"
#include "graph/graph.h"

namespace qs {

/// Every constant of the graph by name: the bytes of a pickled dict of tensors, as torch.save of a
/// state_dict.
Result<std::string> writeWeights(const Graph& graph);

/// Replaces the graph's constants by those of the file. An error where a name is missing or a shape or type
/// differs: the file belongs to another model. An error, too, where the file is anything but a dictionary of
/// tensors, or numbers that are finite in the graph are not.
Status loadWeights(Graph& graph, const std::filesystem::path& path);

}  // namespace qs
