#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "exporters/exporter.h"
#include "exporters/mobile/template_files.h"

namespace qs {

/// A platform's app.
struct MobileProject {
    std::span<const TemplateFile> templates;
    std::filesystem::path resources;  ///< folder of the network and its classes
    /// Commands that build it, in the project's folder.
    std::vector<std::string> commands;
};

/// A folder with a ready project: quantoscope.json, the templates filled in, the network for the lite
/// interpreter and the names of its classes. Usage error or failure as appSettings() and makeLite() have
/// them.
Result<Exported> makeProject(const MobileProject& project, const QuantizedGraph& graph,
                             const ExportOptions& options, const std::string& fileName);

}  // namespace qs
