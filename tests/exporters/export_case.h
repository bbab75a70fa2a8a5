#pragma once

#include <filesystem>
#include <string>

#include "exporters/exporter.h"
#include "support/export_graphs.h"

namespace qs::test {

ExportCase findCase(const std::string& name);

/// Exports the network by the extension of `path`, and returns `path`. A failure fails the test.
std::filesystem::path exportCase(const ExportCase& exportCase, const std::filesystem::path& path,
                                 const std::string& metadata = {});

/// Writes an export that was made, in place of what has the name.
Status write(const Exporter& exporter, const Exported& exported, const std::filesystem::path& path);

}  // namespace qs::test
