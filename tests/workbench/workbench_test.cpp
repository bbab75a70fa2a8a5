#include <gmock/gmock.h>

#include <algorithm>

#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

const protocol::LayerResult& layer(const protocol::VariantResult& result, const std::string& name) {
    return *std::find_if(result.layers.begin(), result.layers.end(),
                         [&](const auto& l) { return l.name == name; });
}

TEST_F(WorkbenchTest, DescribesAModel) {
    const auto model = workbench_.openModel({resnet(), std::nullopt, {}});
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_EQ(model->inputs.size(), 1u);
    EXPECT_EQ(model->inputs[0].shape, (std::vector<int64_t>{1, 1, 28, 28}));
    EXPECT_EQ(model->inputs[0].dtype, "Float");
    EXPECT_EQ(model->classes.size(), 10u);
    EXPECT_EQ(model->layers.front().name, "conv1");
    EXPECT_EQ(model->layers.front().output_shape, (std::vector<int64_t>{1, 32, 28, 28}));
    EXPECT_EQ(model->layers.front().macs, 32 * 28 * 28 * 9);
    EXPECT_EQ(model->layers.front().parameters, 32 * 9 + 2 * 32);
    EXPECT_EQ(model->layers.back().name, "fc");
    ASSERT_EQ(model->outputs.size(), 1u);
    EXPECT_EQ(model->outputs[0].shape, (std::vector<int64_t>{1, 10}));
    EXPECT_EQ(model->batch, 0);
}

TEST_F(WorkbenchTest, MeasuresEveryFigureOfAVariant) {
    const auto result = workbench_.measure({resnet(), images(), {}, recipe()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_GT(*result->fp32.top1, 90);
    EXPECT_GT(*result->variant.top1, 89);
    EXPECT_DOUBLE_EQ(*result->accuracy_drop, *result->fp32.top1 - *result->variant.top1);
    EXPECT_GT(*result->agreement, 97);
    EXPECT_NE(result->speedup.has_value(), result->machine_busy);
    EXPECT_GT(*result->speedup_low, 0);
    EXPECT_LE(*result->speedup_low, *result->speedup_high);
    EXPECT_LE(*result->speedup_low, result->speedup.value_or(*result->speedup_low));
    EXPECT_LT(result->variant.model_bytes * 3, result->fp32.model_bytes);
    EXPECT_EQ(result->measured.samples, 300);
    for (const auto& row : result->layers) {
        EXPECT_EQ(row.precision, "int8") << row.name;
        EXPECT_GT(row.sqnr_db.value_or(-1), 15) << row.name;
        EXPECT_GT(row.cosine.value_or(-1), 0.98) << row.name;
        EXPECT_GE(row.fp32_ms.value_or(-1), 0) << row.name;
        EXPECT_FALSE(row.implementation.empty()) << row.name;
        EXPECT_FALSE(row.fp32_implementation.empty()) << row.name;
        EXPECT_NE(row.restore_ms.has_value(), result->machine_busy) << row.name;
        EXPECT_EQ(row.gmacs_per_s.has_value(), row.macs > 0) << row.name;
    }
}

TEST_F(WorkbenchTest, SaysWhereTheTimeGoes) {
    const auto result = workbench_.measure({resnet(), images(), {}, recipe()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_TRUE(result->profile && result->peaks);
    const protocol::ProfileSummary& profile = *result->profile;
    double layers = 0, boundaries = 0;
    for (const auto& row : result->layers) {
        layers += *row.variant_ms;
    }
    for (const auto& row : result->boundaries) {
        boundaries += row.variant_ms;
    }
    EXPECT_NEAR(layers, profile.layers_ms, 1e-9);
    EXPECT_NEAR(boundaries, profile.boundaries_ms, 1e-9);
    EXPECT_EQ(profile.total_ms, *result->variant.latency_ms);
    // Loose, as machines are shared: something that is left out or counted twice shows nevertheless.
    const double sum = layers + boundaries + profile.other_ms;
    EXPECT_GT(sum, 0.5 * profile.total_ms);
    EXPECT_LT(sum, 2 * *result->variant.latency_p90_ms);
    EXPECT_EQ(profile.quantizes, 1);
    EXPECT_EQ(profile.dequantizes, 1);
    EXPECT_EQ(profile.reorders, 0);
    EXPECT_GT(profile.prepare_ms, 0);
    EXPECT_NE(profile.energy_mj.has_value(), !profile.energy_note.empty());
    EXPECT_GT(result->peaks->fp32_gmacs_per_s, 0);
    for (const protocol::Finding& finding : result->findings) {
        EXPECT_FALSE(finding.rule.empty() || finding.message.empty() || finding.remedy.empty());
    }
}

TEST_F(WorkbenchTest, RunsLayersInBFloat16) {
    protocol::Recipe mixed = recipe();
    mixed.rules.push_back({"layer", "layer1.0.conv1", "bf16"});
    const auto result = workbench_.measure({resnet(), images(), {}, mixed}, job_);
    ASSERT_TRUE(result) << result.error().message;
    const protocol::LayerResult& row = layer(*result, "layer1.0.conv1");
    EXPECT_EQ(row.precision, "bf16");
    EXPECT_FALSE(row.restore_ms.has_value());
    EXPECT_GT(*result->variant.top1, 89);
    EXPECT_EQ(result->profile->quantizes, 2);
}

TEST_F(WorkbenchTest, RestoringALayerTakesItsErrorAwayAndSaysWhichRuleWon) {
    const auto before = workbench_.measure({mobilenet(), images(), {}, recipe()}, job_);
    const auto after = workbench_.measure({mobilenet(), images(), {}, recipe({"features.0.0"})}, job_);
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_TRUE(layer(*before, "features.0.0").sqnr_db);
    EXPECT_EQ(layer(*after, "features.0.0").precision, "fp32");
    EXPECT_EQ(layer(*after, "features.0.0").rule, 1);
    EXPECT_EQ(layer(*after, "features.0.0").mse, 0.0);
    EXPECT_EQ(layer(*after, "features.9.0").rule, 0);
    EXPECT_GT(after->variant.model_bytes, before->variant.model_bytes);
}

TEST_F(WorkbenchTest, ReproducesAVariantFromItsRecipeWithoutCalibrating) {
    const auto first = workbench_.measure({resnet(), images(), {}, recipe()}, job_);
    ASSERT_TRUE(first);
    Workbench other;
    bool calibrated = false;
    Job job([&](const Progress& p) { calibrated |= p.message == "Calibrating"; }, {});
    const auto second = other.measure({resnet(), images(), {}, first->recipe}, job);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_FALSE(calibrated);
    EXPECT_EQ(first->variant.top1, second->variant.top1);
    for (size_t i = 0; i < first->layers.size(); ++i) {
        EXPECT_EQ(first->layers[i].mse, second->layers[i].mse) << first->layers[i].name;
    }
}

TEST_F(WorkbenchTest, ComparesAVariantWithOthers) {
    protocol::CompareParams params{{resnet(), images(), {}, recipe()}, {"ours-fp32", "libtorch-int8"}};
    params.variant.recipe.threads = 1;
    const auto result = workbench_.compare(params, job_);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->rows.size(), 3u);
    for (const auto& row : result->rows) {
        EXPECT_TRUE(row.median_ms) << row.name << ": " << row.note;
    }
    EXPECT_EQ(result->measured.data, "fashion-mnist:test");
    EXPECT_EQ(result->measured.calib_samples, 64);
    EXPECT_EQ(result->measured.batch, 1);
    params.against = {"nobody"};
    params.variant.model = file("missing.pt");
    EXPECT_EQ(workbench_.compare(params, job_).error().kind, ErrorKind::Usage)
        << "before the model is opened";
}

TEST_F(WorkbenchTest, MeasuresAModelWithoutData) {
    const auto result = workbench_.measure({resnet(), std::nullopt, {}, recipe()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->variant.top1);
    EXPECT_TRUE(result->variant.latency_ms);
    EXPECT_EQ(result->measured.data, "random input");
}

TEST_F(WorkbenchTest, TrainsAndMeasuresWithTheTrainedWeights) {
    protocol::TrainParams params{{resnet(), images(), {}, recipe()}, images(), file("trained.qsw")};
    params.variant.recipe.qat = protocol::QatSettings{};
    params.variant.recipe.qat->train_samples = 256;
    params.variant.recipe.qat->validation_samples = 128;
    const auto result = train(params, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->recipe.trained_weights, params.weights_path);
    EXPECT_FALSE(result->curve.empty());
    EXPECT_TRUE(result->curve.back().validation_top1);
    EXPECT_GT(*result->variant.top1, 85);
    EXPECT_THAT(result->notes, testing::Contains(testing::HasSubstr(
                                   "of the first 128 samples of fashion-mnist:test, the result "
                                   "of 300 of them")));

    // The weights in the file are others than the model's, and measuring the recipe again gives the same.
    Workbench other;
    const auto again = other.measure({resnet(), images(), {}, result->recipe}, job_);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->variant.top1, result->variant.top1);
    const auto untrained = workbench_.measure({resnet(), images(), {}, recipe()}, job_);
    EXPECT_NE(layer(*untrained, "fc").mse, layer(*again, "fc").mse);
}

TEST_F(WorkbenchTest, ACancelledTrainingWritesNothing) {
    protocol::TrainParams params{{resnet(), images(), {}, recipe()}, images(), file("trained.qsw")};
    params.variant.recipe.qat = protocol::QatSettings{};
    CancelToken token;
    Job job(
        [&](const Progress& p) {
            if (p.message.find("rain") != std::string::npos && p.done > 0) {
                token.cancel();
            }
        },
        token);
    const auto result = train(params, job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(WorkbenchTest, ExportsBothFormats) {
    const auto variant = workbench_.measure({resnet(), images(), {}, recipe({"layer2.0.conv1"})}, job_);
    ASSERT_TRUE(variant);
    for (const char* name : {"out.pt", "out.onnx"}) {
        const auto written = exportModel({{resnet(), images(), {}, variant->recipe}, file(name)}, job_);
        ASSERT_TRUE(written) << written.error().message;
        EXPECT_EQ(written->bytes, static_cast<int64_t>(std::filesystem::file_size(file(name))));
        EXPECT_GT(written->bytes, 300'000);
        EXPECT_LT(written->bytes, 1'000'000);
    }
}

TEST_F(WorkbenchTest, OpensItsOwnExportsWithTheRecipeThatMakesThemAgain) {
    const auto variant = workbench_.measure({resnet(), images(), {}, recipe({"layer2.0.conv1"})}, job_);
    ASSERT_TRUE(variant) << variant.error().message;
    for (const char* name : {"out.pt", "out.onnx"}) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(exportModel({{resnet(), images(), {}, variant->recipe}, file(name)}, job_));
        const auto opened = workbench_.openModel({file(name), std::nullopt, {}});
        ASSERT_TRUE(opened) << opened.error().message;
        ASSERT_TRUE(opened->recipe);
        EXPECT_EQ(opened->layers.size(), variant->layers.size());
        EXPECT_THAT(opened->notes, ::testing::Contains(HasSubstr("layers int8")));
        EXPECT_THAT(opened->recipe->rules,
                    ::testing::Contains(Field(&protocol::Rule::key, "layer2.0.conv1")));
        protocol::Recipe again = recipe();
        again.rules = opened->recipe->rules;
        again.calibration = opened->recipe->calibration;
        const auto measured = workbench_.measure({file(name), images(), {}, again}, job_);
        ASSERT_TRUE(measured) << measured.error().message;
        EXPECT_EQ(measured->variant.top1, variant->variant.top1);
        EXPECT_EQ(layer(*measured, "layer2.0.conv1").precision, "fp32");
        EXPECT_EQ(layer(*measured, "layer2.0.conv2").precision, "int8");
        const auto written =
            exportModel({{file(name), images(), {}, again}, file(std::string(name) + ".onnx")}, job_);
        ASSERT_TRUE(written) << written.error().message;
    }
}

TEST_F(WorkbenchTest, SaysWhatItCanDo) {
    const protocol::EngineInfo info = workbench_.info();
    for (const char* name : {"fbgemm", "fp32", "onednn", "qnnpack", "x86"}) {
        EXPECT_THAT(info.presets, ::testing::Contains(Field(&protocol::PresetInfo::name, name)));
    }
    EXPECT_THAT(info.targets, ::testing::Contains(Field(&protocol::TargetInfo::name, "torchscript")));
    EXPECT_THAT(info.targets, ::testing::Contains(Field(&protocol::TargetInfo::name, "onnxruntime-x64")));
    EXPECT_GE(info.cores, 1);
    EXPECT_THAT(info.observers, Each(Field(&protocol::ObserverInfo::description, Not(""))));
    EXPECT_THAT(info.observers, ::testing::Contains(::testing::AllOf(
                                    Field(&protocol::ObserverInfo::name, "percentile"),
                                    Field(&protocol::ObserverInfo::parameters, ::testing::SizeIs(1)))));
    EXPECT_THAT(info.metrics, ::testing::Contains(Field(&protocol::MetricInfo::name, "mean_iou")));
    EXPECT_THAT(info.data_formats, Each(Field(&protocol::EntryInfo::description, Not(""))));
    EXPECT_THAT(info.torch_version, HasSubstr("."));
}

}  // namespace
}  // namespace qs
