#include "exporters/exporter.h"

#include "core/match.h"

namespace qs {

namespace fs = std::filesystem;

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

Result<OutputClaim> claimFor(const Exporter& exporter, const fs::path& path, bool replace) {
    OutputClaim claim{path, exporter.extension.empty(), replace};
    if (!claim.isFolder && path.extension() != exporter.extension) {
        return usageError("the file name '" + path.string() + "' must end in " + exporter.extension +
                          " for this target");
    }
    for (const std::string& ending : exporter.companions) {
        claim.companions.emplace_back(path.string() + ending);
    }
    return claim;
}

fs::path folderOfExport(const Exporter& exporter, const fs::path& path) {
    return exporter.extension.empty() ? path : path.parent_path();
}

Status addExport(const Exported& exported, const Exporter& exporter, const fs::path& path,
                 OutputSet& outputs) {
    const fs::path folder = folderOfExport(exporter, path);
    for (const ExportedFile& file : exported.files) {
        QS_TRY(outputs.write(folder / file.name, file.bytes, file.executable));
    }
    return {};
}

Result<Exported> exportTo(const Exporter& exporter, const QuantizedGraph& graph, const ExportOptions& options,
                          const fs::path& path) {
    QS_ASSIGN(const OutputClaim claim, claimFor(exporter, path, /*replace=*/true));
    const auto outputs = makeLocalOutputs();
    QS_TRY(outputs->claim({claim}, {}));
    QS_ASSIGN(Exported exported, exporter.make(graph, options, path.filename().string()));
    QS_TRY(addExport(exported, exporter, path, *outputs));
    QS_TRY(outputs->commit());
    return exported;
}

}  // namespace qs
