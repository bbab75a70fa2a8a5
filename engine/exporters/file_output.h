#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"
#include "exporters/exporter.h"

namespace qs {

/// Writes `files` into the existing `folder`, replacing those of their names: all of them, or none where one
/// cannot be written. The first one appears last, so that whoever sees it finds its companions.
Status writeFiles(const std::filesystem::path& folder, const std::vector<ExportedFile>& files);

/// Makes the folder `path` of exactly `files`, in place of one that has the name. On a failure everything is
/// as it was.
Status writeFolder(const std::filesystem::path& path, const std::vector<ExportedFile>& files);

}  // namespace qs
