#pragma once

#include <filesystem>
#include <string>

#include "comparison/contestant.h"

namespace qs {

/// Writes a graph into the subject's folder, in the format of the name's extension.
Result<std::filesystem::path> exportFile(const ComparisonSubject& subject, const QuantizedGraph& graph,
                                         const std::string& name);

}  // namespace qs
