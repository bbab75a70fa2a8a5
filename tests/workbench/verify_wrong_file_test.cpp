#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kMetadata = "quantoscope.json";

/// Files that carry the metadata of an INT8 export and hold something else.
class VerifyWrongFile : public WorkbenchTest {
  protected:
    void SetUp() override {
        WorkbenchTest::SetUp();
        int8_ = recipe();
        const auto measured = workbench_.measure({resnet(), images(), {}, int8_}, job_);
        ASSERT_TRUE(measured) << measured.error().message;
        int8_ = measured->recipe;
    }

    /// Writes the network as `rules` have it.
    std::string exported(const std::string& name, const std::vector<protocol::Rule>& rules) {
        protocol::ExportParams params{{resnet(), images(), {}, int8_}, file(name)};
        params.variant.recipe.rules = rules;
        const auto written = exportModel(params, job_);
        EXPECT_TRUE(written) << written.error().message;
        return file(name);
    }
    std::string integers(const std::string& name) { return exported(name, int8_.rules); }
    std::string reals(const std::string& name) { return exported(name, {{"global", "", "fp32"}}); }

    /// The TorchScript file `network` with the metadata of `described`.
    std::string disguised(const std::string& network, const std::string& described, const std::string& name) {
        torch::jit::ExtraFilesMap extra{{kMetadata, ""}};
        torch::jit::load(described, c10::nullopt, extra);
        const torch::jit::Module module = torch::jit::load(network);
        name.ends_with(".ptl") ? module._save_for_mobile(file(name), extra) : module.save(file(name), extra);
        return file(name);
    }
    std::string disguisedOnnx(const std::string& network, const std::string& described,
                              const std::string& name) {
        onnx::ModelProto model, other;
        EXPECT_TRUE(model.ParseFromString(readFile(network).value()));
        EXPECT_TRUE(other.ParseFromString(readFile(described).value()));
        *model.mutable_metadata_props() = other.metadata_props();
        std::ofstream(file(name), std::ios::binary) << model.SerializeAsString();
        return file(name);
    }

    protocol::VerifyResult verify(const std::string& path, const std::string& runtime = {},
                                  int64_t layerSamples = 8) {
        protocol::VerifyParams params{path, resnet(), images(), {}, {}, runtime, 100, layerSamples};
        const auto result = workbench_.verify(params, job_);
        EXPECT_TRUE(result) << result.error().message;
        return result ? *result : protocol::VerifyResult();
    }

    protocol::Recipe int8_;
};

TEST_F(VerifyWrongFile, WhatWasExportedPasses) {
    for (const char* name : {"m.pt", "m.ptl"}) {
        const auto result = verify(integers(name));
        EXPECT_TRUE(result.passed) << name << ": " << result.verdict;
        EXPECT_TRUE(result.independent);
        EXPECT_THAT(result.missing_layers, ::testing::IsEmpty());
        EXPECT_EQ(result.missing_weights, 0) << name;
    }
}

TEST_F(VerifyWrongFile, FilesOfFP32NeedNoCalibration) {
    int8_.calibration.clear();
    protocol::VerifyParams params{reals("f.pt"), resnet(), {}, {}, {}, {}, 16, 8};
    const auto result = workbench_.verify(params, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << result->verdict;
    int8_.rules = recipe().rules;
    params.recipe = int8_;
    const auto refused = workbench_.verify(params, job_);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("brings no calibration"));
}

TEST_F(VerifyWrongFile, RealNumbersWithTheMetadataOfIntegersFail) {
    const std::string wrong = disguised(reals("f.pt"), integers("m.pt"), "wrong.pt");
    const auto result = verify(wrong);
    EXPECT_FALSE(result.passed);
    EXPECT_THAT(result.verdict,
                AllOf(HasSubstr("does not hold"), HasSubstr("INT8 layers"), HasSubstr("conv1")));
    EXPECT_THAT(result.missing_layers, Contains("layer1.0.conv1"));
    const auto outputsOnly = verify(wrong, {}, 0);
    EXPECT_FALSE(outputsOnly.passed);
    EXPECT_THAT(outputsOnly.verdict, HasSubstr("INT8 weights less"));
}

TEST_F(VerifyWrongFile, TheLiteInterpretersFilesAreCounted) {
    const auto result = verify(disguised(reals("f.pt"), integers("m.pt"), "wrong.ptl"));
    EXPECT_EQ(result.runtime, "lite");
    EXPECT_FALSE(result.passed);
    EXPECT_GT(result.missing_weights, 0);
}

TEST_F(VerifyWrongFile, OneLayerInRealNumbersIsNamed) {
    std::vector<protocol::Rule> rules = int8_.rules;
    rules.push_back({"layer", "layer2.0.conv1", "fp32"});
    const auto result = verify(disguised(exported("part.pt", rules), integers("m.pt"), "wrong.pt"));
    EXPECT_FALSE(result.passed);
    EXPECT_EQ(result.missing_weights, 1);
    EXPECT_THAT(result.verdict,
                ::testing::AnyOf(HasSubstr("layer2.0.conv1"), HasSubstr("INT8 weights less")));
}

TEST_F(VerifyWrongFile, OurOwnEvaluatorSaysThatItIsAlone) {
    const std::string good = integers("m.onnx");
    const auto passed = verify(good, "reference");
    EXPECT_TRUE(passed.passed) << passed.verdict;
    EXPECT_FALSE(passed.independent);
    const auto failed = verify(disguisedOnnx(reals("f.onnx"), good, "wrong.onnx"), "reference");
    EXPECT_FALSE(failed.passed);
    EXPECT_GT(failed.missing_weights, 0);
}

TEST_F(VerifyWrongFile, ADamagedRecipeInTheFileIsOneSentence) {
    torch::jit::ExtraFilesMap extra{{kMetadata, ""}};
    const torch::jit::Module module = torch::jit::load(integers("m.pt"), c10::nullopt, extra);
    auto metadata = nlohmann::json::parse(extra[kMetadata]);
    metadata["recipe"]["calibration"][0]["quant_max"] = int64_t(1) << 40;
    metadata["recipe"]["calibration"][0]["dtype"] = "int4";
    module.save(file("damaged.pt"), {{kMetadata, metadata.dump()}});
    const auto result = workbench_.verify({file("damaged.pt"), resnet(), images(), {}, {}, {}, 10}, job_);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("is damaged"), HasSubstr("int4")));
}

}  // namespace
}  // namespace qs
