// Exports for phones in the lite interpreter, and bytes that do not depend on when or where they were made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <torch/csrc/jit/mobile/import.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <sstream>

#include "core/files.h"
#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::Contains;
using testing::HasSubstr;

class Lite : public testing::TestWithParam<ExportCase> {
  protected:
    static ExportOptions options() { return {.inputShapes = {GetParam().input.sizes().vec()}}; }
    static std::string bytes(const std::string& target) {
        return exporters().find(target)->make(GetParam().graph, options(), "model").value().files.at(0).bytes;
    }
};

/// On the engine of phones the bytecode makes the numbers of the TorchScript file, bit for bit.
TEST_P(Lite, MakesTheNumbersOfTorchScript) {
    if (!loadsOnQnnpack(GetParam().graph)) {
        GTEST_SKIP() << "there is none of three-dimensional convolutions on that engine";
    }
    const TemporaryFolder folder;
    const ForeignRun whole =
        runLibTorch(exportCase(GetParam(), folder / "model.pt"), GetParam().input, "qnnpack");
    if (whole.absent) {
        GTEST_SKIP() << whole.log;
    }
    EXPECT_TRUE(runLite(bytes("lite"), GetParam().input).flatten(1).equal(whole.output));
}

/// Files made twice are the same bytes.
TEST_P(Lite, IsReproducible) {
    for (const char* target : {"lite", "torchscript"}) {
        EXPECT_TRUE(bytes(target) == bytes(target)) << target;
    }
}

/// Phones get three-dimensional convolutions in float32, and the notes of both files say so.
TEST(LiteVolumes, AreConvolvedInFloat) {
    size_t seen = 0;
    for (const ExportCase& one : exportCases()) {
        if (loadsOnQnnpack(one.graph)) {
            continue;
        }
        SCOPED_TRACE(one.name);
        ++seen;
        const ExportOptions options{.inputShapes = {one.input.sizes().vec()}};
        const auto made = [&](const char* target) {
            return exporters().find(target)->make(one.graph, options, "model").value();
        };
        const Exported lite = made("lite");
        EXPECT_THAT(lite.notes, Contains(HasSubstr("fake-quantized")));
        EXPECT_THAT(made("torchscript").notes, Contains(HasSubstr("but not on qnnpack")));
        const Comparison found = compareResults(one.graph, runReference(one.graph, one.input),
                                                runLite(lite.files.at(0).bytes, one.input).flatten(1));
        EXPECT_GE(found.withinOneLsb, 0.999);
    }
    EXPECT_EQ(seen, 3U);
}

INSTANTIATE_TEST_SUITE_P(Patterns, Lite, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

/// In a process of its own, the test writes the files that the other one compares.
TEST(Lite, IsTheSameFromAnotherProcess) {
    constexpr const char* variable = "QS_EXPORT_FOLDER";
    const char* other = ::getenv(variable);
    const TemporaryFolder own;
    const std::filesystem::path folder = other ? std::filesystem::path(other) : own / "";
    const ExportCase one = findCase("network_mixed");
    const ExportOptions options{.classes = {"a"}, .example = {one.input}};
    if (!other) {
        const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
        const std::string run = std::string(variable) + "='" + folder.string() + "' '" + program +
                                "' --gtest_filter=Lite.IsTheSameFromAnotherProcess > /dev/null";
        ASSERT_EQ(::system(run.c_str()), 0);
    }
    for (const char* target : {"lite", "torchscript"}) {
        const Exporter& exporter = *exporters().find(target);
        const std::filesystem::path path = folder / ("m" + exporter.extension);
        const Exported made = exporter.make(one.graph, options, path.filename().string()).value();
        if (other) {
            ASSERT_TRUE(write(exporter, made, path));
        } else {
            EXPECT_TRUE(made.files.at(0).bytes == readFile(path).value()) << target;
        }
    }
}

TEST(Lite, CarriesMetadataClassesAndExample) {
    const ExportCase one = findCase("network");
    const auto made = exporters().find("lite")->make(
        one.graph,
        {.metadata = R"({"preset":"x86"})", .classes = {"a", "b"}, .example = {one.input.slice(0, 0, 1)}},
        "m.ptl");
    torch::jit::ExtraFilesMap files{
        {"quantoscope.json", ""}, {"classes.json", ""}, {"example_input_0.npy", ""}};
    std::istringstream stream(made.value().files.at(0).bytes);
    torch::jit::_load_for_mobile(stream, c10::nullopt, files);
    const auto metadata = nlohmann::json::parse(files["quantoscope.json"]);
    EXPECT_EQ(metadata["preset"], "x86");
    EXPECT_TRUE(metadata["layers"].contains("conv1"));
    EXPECT_EQ(files["classes.json"], R"(["a","b"])");
    EXPECT_THAT(files["example_input_0.npy"], testing::StartsWith("\x93NUMPY"));
}

}  // namespace

}  // namespace qs::test
