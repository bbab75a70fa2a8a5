// Exports for phones in the lite interpreter, and bytes that do not depend on when or where they were made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/mobile/import.h>

#include <sstream>

#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

class Lite : public testing::TestWithParam<ExportCase> {
  protected:
    static ExportOptions options() { return {.inputShapes = {GetParam().input.sizes().vec()}}; }
    static std::string bytes(const std::string& target) {
        return exporters().find(target)->make(GetParam().graph, options(), "model").value().files.at(0).bytes;
    }
};

/// On the engine of phones the bytecode makes the numbers of the TorchScript file, bit for bit.
TEST_P(Lite, MakesTheNumbersOfTorchScript) {
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

INSTANTIATE_TEST_SUITE_P(Patterns, Lite, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

TEST(Lite, CarriesMetadataClassesAndExample) {
    const ExportCase one = findCase("network");
    const auto made = exporters().find("lite")->make(
        one.graph,
        {.metadata = R"({"preset":"x86"})", .classes = {"a", "b"}, .example = {one.input.slice(0, 0, 1)}},
        "m.ptl");
    torch::jit::ExtraFilesMap files{{"quantoscope.json", ""}, {"classes.json", ""}, {"example_input_0.npy", ""}};
    std::istringstream stream(made.value().files.at(0).bytes);
    torch::jit::_load_for_mobile(stream, c10::nullopt, files);
    EXPECT_EQ(files["quantoscope.json"], R"({"preset":"x86"})");
    EXPECT_EQ(files["classes.json"], R"(["a","b"])");
    EXPECT_THAT(files["example_input_0.npy"], testing::StartsWith("\x93NUMPY"));
}

}  // namespace

}  // namespace qs::test
