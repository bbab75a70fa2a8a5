#include "comparison/exported_file.h"

namespace qs {

Result<std::filesystem::path> exportFile(const ComparisonSubject& subject, const QuantizedGraph& graph,
                                         const std::string& name) {
    const std::filesystem::path path = subject.folder / name;
    QS_ASSIGN(const Exporter* exporter, exporterFor(path));
    const auto written = exportTo(*exporter, graph, subject.exporting, path);
    if (!written) {
        return failure("it cannot be exported: " + written.error().message);
    }
    return path;
}

}  // namespace qs
