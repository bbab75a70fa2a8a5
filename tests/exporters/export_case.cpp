#include "exporters/export_case.h"

#include <gtest/gtest.h>

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

}  // namespace qs::test
