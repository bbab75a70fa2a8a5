#include "exporters/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>

#include "exporters/export_case.h"
#include "exporters/fused_graph.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Exporter, IsChosenByExtension) {
    EXPECT_EQ(exporterFor("a/model.pt").value()->extension, ".pt");
    EXPECT_EQ(exporterFor("model.onnx").value()->extension, ".onnx");
}

TEST(Exporter, NamesTheExtensionsThereAre) {
    const auto none = exporterFor("model.tflite");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::Usage);
    EXPECT_THAT(none.error().message, AllOf(HasSubstr("model.tflite"), HasSubstr(".onnx"), HasSubstr(".pt")));
}

class EveryExporter : public testing::TestWithParam<std::string> {
  protected:
    Status write(const std::filesystem::path& path, const std::string& metadata = {}) {
        const auto exported =
            exportTo(*exporters().find(GetParam()), forTarget(findCase("conv").graph, GetParam()),
                     {.inputShapes = {{8, 8, 12, 12}}, .metadata = metadata}, path);
        written_ = exported ? exported->files.size() : 0;
        return exported ? Status() : Status(exported.error());
    }
    std::string fileName() const { return "model" + exporters().find(GetParam())->extension; }

    TemporaryFolder folder_;
    size_t written_ = 0;  ///< files of the last export
};

TEST_P(EveryExporter, SaysWhichFileItCannotWrite) {
    const std::filesystem::path path = folder_ / "absent" / fileName();
    const Status written = write(path);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr(path.string()));
}

TEST_P(EveryExporter, LeavesTheOldFileWhereExportFails) {
    std::ofstream(folder_ / fileName()) << "old";
    ASSERT_FALSE(write(folder_ / fileName(), "not json"));
    std::string text;
    std::ifstream(folder_ / fileName()) >> text;
    EXPECT_EQ(text, "old");
}

TEST_P(EveryExporter, ReplacesTheFileAndLeavesNothingElse) {
    std::ofstream(folder_ / fileName()) << "old";
    ASSERT_TRUE(write(folder_ / fileName()));
    EXPECT_GT(std::filesystem::file_size(folder_ / fileName()), 500);
    const std::filesystem::directory_iterator files((folder_ / fileName()).parent_path());
    EXPECT_EQ(static_cast<size_t>(std::distance(begin(files), end(files))), written_);
}

/// Targets that write a file; of folders there is mobile_test.cpp.
std::vector<std::string> fileTargets() {
    std::vector<std::string> names;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (!exporter.extension.empty()) {
            names.push_back(name);
        }
    }
    return names;
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryExporter, testing::ValuesIn(fileTargets()), [](const auto& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

}  // namespace

}  // namespace qs::test
