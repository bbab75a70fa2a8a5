#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"
#include "graph/quantized_graph.h"
#include "importers/importer.h"

namespace qs::test {

/// A quantized file opened again and converted as it says itself. A failure where it is not quantized.
Result<QuantizedGraph> openExport(const std::filesystem::path& path,
                                  const std::vector<InputSpec>& inputs = {});

}  // namespace qs::test
