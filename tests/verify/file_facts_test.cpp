#include "verify/file_facts.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "importers/importer.h"
#include "verify_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class FileFactsTest : public VerifyFixture {
  protected:
    std::string refusal(const std::filesystem::path& file) const {
        const auto facts = readFacts(file);
        EXPECT_FALSE(facts);
        const std::string message = facts ? "" : facts.error().message;
        EXPECT_THAT(message, AllOf(HasSubstr(file.filename().string()), Not(HasSubstr("\n"))));
        return message;
    }
};

constexpr const char* kMetadata = R"({"target": "some", "recipe": {"rules": [], "calib_samples": 7},
    "inputs": [{"name": "x", "dtype": "Float", "shape": [1, 8, 12, 12]}],
    "preprocessing": {"mean": [0.5]}, "preprocessing_inside": true})";

TEST_F(FileFactsTest, AreWhatTheExportWroteDown) {
    const ExportCase network = exportCase("network_mixed");
    for (const char* name : {"m.onnx", "m.pt"}) {
        SCOPED_TRACE(name);
        const auto facts = readFacts(exported(network.graph, name, {.metadata = kMetadata}));
        ASSERT_TRUE(facts) << facts.error().message;
        EXPECT_EQ(facts->format, std::string(name) == "m.pt" ? FileFormat::TorchScript : FileFormat::Onnx);
        EXPECT_TRUE(facts->described);
        EXPECT_EQ(facts->target, "some");
        EXPECT_EQ(facts->recipe->calib_samples, 7);
        EXPECT_EQ(facts->inputs.at(0).name, "x");
        EXPECT_EQ(facts->preprocessing->mean, std::vector<double>{0.5});
        EXPECT_TRUE(facts->preprocessingInside);
        EXPECT_TRUE(facts->layers.contains("layer2.0.conv1")) << "the boundary behind a float layer";
        EXPECT_TRUE(facts->layers.contains("features.3.add"));
        EXPECT_FALSE(facts->layers.contains("last"));
    }
}

TEST_F(FileFactsTest, AModelWithBytecodeIsForTheLiteInterpreter) {
    const auto file = exported(exportCase("network").graph, "m.pt");
    torch::jit::load(file.string())
        ._save_for_mobile(path("m.ptl").string(), {{"quantoscope.json", kMetadata}});
    const auto facts = readFacts(path("m.ptl"));
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->format, FileFormat::Lite);
    EXPECT_EQ(facts->target, "some");
}

TEST_F(FileFactsTest, WhatIsNoExportIsRefusedWithARemedy) {
    EXPECT_THAT(refusal(path("absent.pt")), HasSubstr("does not exist"));
    EXPECT_THAT(refusal(folder_->path()), HasSubstr("is a folder"));
    std::ofstream(path("text.onnx")) << "no model";
    EXPECT_THAT(refusal(path("text.onnx")), HasSubstr("no exported model"));
    std::ofstream(path("empty.onnx")) << "";
    EXPECT_THAT(refusal(path("empty.onnx")), HasSubstr("no exported model"));
}

TEST_F(FileFactsTest, TruncatedFilesAreRefused) {
    for (const char* name : {"m.onnx", "m.pt"}) {
        const auto file = exported(exportCase("network").graph, name);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) * 2 / 3);
        refusal(file);
    }
}

/// TorchScript and ONNX files with this text as metadata.
class FileFactsMetadata : public FileFactsTest {
  protected:
    std::vector<std::filesystem::path> filesWith(const std::string& metadata) const {
        const ExportCase network = exportCase("conv");
        torch::jit::load(exported(network.graph, "plain.pt").string())
            .save(path("m.pt").string(), {{"quantoscope.json", metadata}});
        onnx::ModelProto model;
        EXPECT_TRUE(model.ParseFromString(readFile(exported(network.graph, "plain.onnx")).value()));
        model.mutable_metadata_props(0)->set_value(metadata);
        std::ofstream(path("m.onnx"), std::ios::binary) << model.SerializeAsString();
        return {path("m.pt"), path("m.onnx")};
    }
};

TEST_F(FileFactsMetadata, ThatIsNestedWithoutEndIsRefusedAndTheModelOpens) {
    std::string nested = R"({"recipe": )";
    for (const auto& file : filesWith(nested.append(200'000, '[').append(200'000, ']') + "}")) {
        EXPECT_THAT(refusal(file), AllOf(HasSubstr("metadata"), HasSubstr("nested deeper than 100 levels")));
        const auto opened = openModel(file, {{.name = "", .shape = exportCase("conv").input.sizes().vec()}});
        EXPECT_TRUE(opened) << opened.error().message;
    }
}

TEST_F(FileFactsMetadata, ThatIsNoObjectOrHoldsNoUsablePreprocessingIsRefused) {
    for (const char* text :
         {"[1]", "no json", R"({"recipe": {"batch": 1e300}})", R"({"inputs": 5})",
          R"({"preprocessing": {"std": [0]}})", R"({"preprocessing": {"mean": [1e300]}})",
          R"({"preprocessing": {"resize": 100000000}})", R"({"preprocessing": {"scale": 1e-320}})"}) {
        for (const auto& file : filesWith(text)) {
            EXPECT_THAT(refusal(file), AllOf(HasSubstr("metadata"), HasSubstr("export it again"))) << text;
        }
    }
}

TEST_F(FileFactsTest, MetadataThatIsDamagedIsSaidSo) {
    const auto file = exported(exportCase("conv").graph, "m.onnx", {.metadata = R"({"recipe": 5})"});
    EXPECT_THAT(refusal(file), AllOf(HasSubstr("metadata"), HasSubstr("export it again")));
}

}  // namespace
}  // namespace qs::test
