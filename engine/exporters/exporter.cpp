#include "exporters/exporter.h"

#include "core/match.h"

namespace qs {

Result<const Exporter*> exporterFor(const std::filesystem::path& path) {
    std::vector<std::string> extensions;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (path.extension() == exporter.extension) {
            return &exporter;
        }
        extensions.push_back(exporter.extension);
    }
    return usageError("cannot tell the export format of '" + path.string() +
                      "': end the file name in one of " + join(extensions));
}

}  // namespace qs
