#include "verify/file_runtime.h"

#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "support/changed_archive.h"
#include "verify_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class FileRuntimeTest : public VerifyFixture {
  protected:
    Result<OpenedFile> open(const std::filesystem::path& file, const std::string& runtime = {}) const {
        return openFile(readFacts(file).value(), runtime, 1);
    }
};

TEST_F(FileRuntimeTest, EveryTargetNamesOneThatThereIs) {
    for (const auto& [name, exporter] : exporters().entries()) {
        if (!exporter.runtime.empty()) {
            EXPECT_NE(fileRuntimes().find(exporter.runtime), nullptr) << name << ": " << exporter.runtime;
        }
    }
}

TEST_F(FileRuntimeTest, TheBestOfThoseThatAreHereComeFirst) {
    const auto names = availableRuntimes();
    ASSERT_FALSE(names.empty());
    const auto place = [&](const char* name) { return std::ranges::find(names, name) - names.begin(); };
    EXPECT_LT(place("libtorch"), place("reference"));
    EXPECT_LT(place("reference"), place("libtorch-qnnpack"));
}

TEST_F(FileRuntimeTest, TheOneForTheFileIsTaken) {
    const QuantizedGraph graph = exportCase("conv").graph;
    const auto opened = open(exported(graph, "m.pt"));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->runtime, "libtorch");
    EXPECT_THAT(opened->session->version(), AllOf(HasSubstr("LibTorch"), HasSubstr("quantized engine")));
    EXPECT_THAT(opened->notes, testing::IsEmpty());
}

TEST_F(FileRuntimeTest, NamesAreChecked) {
    const auto file = exported(exportCase("conv").graph, "m.pt");
    for (const char* name : {"tflite", "onnxruntime"}) {
        const auto refused = open(file, name);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Usage);
        EXPECT_THAT(refused.error().message, AllOf(HasSubstr(name), HasSubstr("libtorch-qnnpack")));
    }
}

TEST_F(FileRuntimeTest, WhereTheBestIsAbsentTheReasonIsKept) {
    const auto file = exported(exportCase("conv").graph, "m.onnx");
    const std::string modules = ::getenv("QS_NODE_MODULES");
    ::setenv("QS_NODE_MODULES", folder_->path().c_str(), 1);
    const auto named = open(file, "onnxruntime");
    const auto next = open(file);
    ::setenv("QS_NODE_MODULES", modules.c_str(), 1);
    ASSERT_FALSE(named);
    EXPECT_THAT(named.error().message, HasSubstr("npm install"));
    const std::string said = next ? testing::PrintToString(next->notes) : next.error().message;
    EXPECT_THAT(said, AllOf(HasSubstr("onnxruntime"), HasSubstr("npm install")));
}

TEST_F(FileRuntimeTest, TheLiteInterpreterRunsItsFiles) {
    if (!isHere("lite")) {
        GTEST_SKIP() << fileRuntimes().find("lite")->whyAbsent();
    }
    const ExportCase network = exportCase("network");
    torch::jit::load(exported(network.graph, "m.pt").string())._save_for_mobile(path("m.ptl").string());
    const auto result = verify(path("m.ptl"), network.graph, TensorData(network.input));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << result->verdict;
    EXPECT_EQ(result->runtime, "lite");
    EXPECT_THAT(result->layers, testing::IsEmpty());
    EXPECT_THAT(result->notes, testing::Contains(HasSubstr("layers are not compared")));
}

TEST_F(FileRuntimeTest, AFileThatActsIsNotRun) {
    const auto file = exported(exportCase("network").graph, "m.pt");
    for (const char* runtime : {"libtorch", "libtorch-qnnpack"}) {
        const auto refused = open(actingCopy(file, path("mark")), runtime);
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().message, HasSubstr("it calls aten::save in"));
    }
    torch::jit::load(file.string())._save_for_mobile(path("m.ptl").string());
    const auto lite = changedArchive(path("m.ptl"), [](const std::string& name, std::string& content) {
        if (name.ends_with("bytecode.pkl")) {
            replaceFirst(content, std::string("X\x10\0\0\0aten::dequantize", 21),
                         std::string("X\x0a\0\0\0aten::save", 15));
        }
    });
    const auto refused = open(lite, "lite");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("it calls aten::save in"));
    EXPECT_FALSE(std::filesystem::exists(path("mark")));
}

TEST_F(FileRuntimeTest, TheReferenceRunsFloatFiles) {
    QuantizedGraphBuilder builder;
    const ValueId x = builder.input("x", {4, 8, 12, 12});
    builder.output("y", builder.conv2d("conv", x, {.activation = relu}));
    const auto file = exported(builder.graph(), "m.onnx",
                               {.metadata = R"({"inputs": [{"name": "x", "shape": [4, 8, 12, 12]}]})"});
    const auto result =
        verify(file, builder.graph(), TensorData(builder.sample(x)), {.runtime = "reference"});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << result->verdict;
    EXPECT_THAT(result->notes, ElementsAre(HasSubstr("no other runtime"), HasSubstr("no INT8 layer")));
}

}  // namespace
}  // namespace qs::test
