#include "exporters/exporter.h"

#include "core/files.h"
#include "core/guard.h"
#include "core/match.h"
#include "exporters/file_output.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

/// What every folder export carries: its metadata.
constexpr const char* kFolderMark = "quantoscope.json";

Status checkFolder(const fs::path& path, bool replace) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        return checkWritable(path);
    }
    if (!fs::is_directory(path, error)) {
        return failure("cannot write " + path.string() + ": it is a file, and this target is a folder");
    }
    if (fs::is_empty(path, error)) {
        return {};
    }
    if (!fs::exists(path / kFolderMark, error)) {
        return failure("cannot write " + path.string() +
                       ": the folder holds other things; choose another name");
    }
    return replace ? Status()
                   : Status(failure(path.string() + " exists already: replace it with --force, or choose "
                                                    "another name"));
}

}  // namespace

Result<const Exporter*> exporterFor(const fs::path& path, const std::string& target) {
    if (!target.empty()) {
        const Exporter* exporter = exporters().find(target);
        return exporter ? Result<const Exporter*>(exporter)
                        : usageError("unknown target '" + target + "': use " + join(exporters().names()));
    }
    std::vector<std::string> extensions;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (!exporter.isDefault) {
            continue;
        }
        if (path.extension() == exporter.extension) {
            return &exporter;
        }
        extensions.push_back(exporter.extension);
    }
    return usageError("cannot tell the export format of '" + path.string() +
                      "': end the file name in one of " + join(extensions) + ", or name a target");
}

Status checkExportable(const Exporter& exporter, const fs::path& path, bool replace) {
    if (exporter.extension.empty()) {
        return checkFolder(path, replace);
    }
    if (path.extension() != exporter.extension) {
        return usageError("the file name '" + path.string() + "' must end in " + exporter.extension +
                          " for this target");
    }
    QS_TRY(checkWritable(path));
    std::error_code error;
    return replace || !fs::exists(path, error)
               ? Status()
               : Status(failure(path.string() + " exists already: replace it with --force, or choose "
                                                "another name"));
}

Status writeExport(const Exporter& exporter, const Exported& exported, const fs::path& path) {
    return guard("cannot write " + path.string(), [&] {
        return exporter.extension.empty() ? writeFolder(path, exported.files)
                                          : writeFiles(path.parent_path(), exported.files);
    });
}

Result<Exported> exportTo(const Exporter& exporter, const QuantizedGraph& graph, const ExportOptions& options,
                          const fs::path& path) {
    QS_ASSIGN(Exported exported, exporter.make(graph, options, path.filename().string()));
    QS_TRY(writeExport(exporter, exported, path));
    return exported;
}

}  // namespace qs
