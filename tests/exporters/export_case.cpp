#include "exporters/export_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "exporters/exporter.h"

namespace qs::test {

ExportCase findCase(const std::string& name) {
    for (ExportCase& one : exportCases()) {
        if (one.name == name) {
            return one;
        }
    }
    throw std::invalid_argument("no export case " + name);
}

std::filesystem::path exportCase(const ExportCase& exportCase, const std::filesystem::path& path,
                                 const std::string& metadata) {
    const ExportOptions options{.inputShapes = {exportCase.input.sizes().vec()}, .metadata = metadata};
    const auto written = exportTo(*exporterFor(path).value(), exportCase.graph, options, path);
    EXPECT_TRUE(written) << written.error().message;
    return path;
}

Status write(const Exporter& exporter, const Exported& exported, const std::filesystem::path& path) {
    QS_ASSIGN(const OutputClaim claim, claimFor(exporter, path, /*replace=*/true));
    const auto outputs = makeLocalOutputs();
    QS_TRY(outputs->claim({claim}, {}));
    QS_TRY(addExport(exported, exporter, path, *outputs));
    return outputs->commit();
}

}  // namespace qs::test
