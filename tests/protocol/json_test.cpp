#include "protocol/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <concepts>
#include <limits>

namespace qs::protocol {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Preprocessing preprocessing() {
    return {
        256, 224,   {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, 3, {300, 320}, {299, 310}, "bicubic", "bgr",
        1.0, "nhwc"};
}
DataSpec dataSpec() {
    return {"imagefolder:/data/\u00e9", preprocessing(), "names.txt"};
}
QatSettings qat() {
    return {3, 0.01, 0.8, 0.001, 32, 1000, 500, std::numeric_limits<uint64_t>::max()};
}
TensorQParams qparams() {
    return {"conv1", "uint8", {0.5, 0.25}, {0, 128}, -1, 255, "int8 symmetric -128..127"};
}
LayerInfo layerInfo() {
    return {"layer1.0.conv1", "conv2d", {"layer1.0.bn1"}, {1, 64, 56, 56}, 36864, 115605504, true};
}
Recipe recipe() {
    return {{{"global", "", "onednn"}, {"layer", "fc", "fp32"}},
            100,
            2000,
            16,
            2,
            50,
            5,
            qat(),
            "/w.qsw",
            {qparams()},
            "top5",
            9,
            "xnnpack",
            {{"bias_correction", {{"samples", 32}}, {{{"fc", {0.5, -0.25}}}}}}};
}
LayerResult layerResult() {
    return {"fc",
            "linear",
            {"relu"},
            {1, 10},
            5130,
            5120,
            "int8",
            "onednn",
            1,
            30.5,
            0.999,
            1e-4,
            35.5,
            12.5,
            0.2,
            0.1,
            "onednn",
            "matmul:avx2",
            {"jit: groups"},
            0.01,
            0.02,
            51.2,
            80.5,
            int64_t{7000},
            "memory",
            0.15,
            0.01,
            "integer",
            "it follows its surroundings"};
}
MachinePeaks peaks() {
    return {230.5, 60.5, 20.5, 80.5, 2, 110.5};
}
ProfileSummary profileSummary() {
    return {1.5, 0.2, 0.1, 1.8, 0.01, 1, 2, 5, 3, 4096, 4000, 12.5, 33.5, "package"};
}
Finding finding() {
    return {"float_island", "fc", "%1 is slow", "restore %1", {"fc"}, 0.5};
}
TensorInfo tensorInfo() {
    return {"image", "Float", {1, 3, 224, 224}};
}
MetricValue metricValue() {
    return {"top1", "logits", "%", 91.5, 90.1, 92.7, 2000};
}
MetricDrop metricDrop() {
    return {"top1", "%", 0.25, -0.4, 0.9, 2000, 25, 20, false};
}
ClassResult classResult() {
    return {3, "cat", 200, 75.0, 68.6, 80.5};
}
ClassReport classReport() {
    return {"class_accuracy", {classResult()}, {{3, 5, 17}}, 2, true};
}
ModelResult modelResult() {
    return {91.5, 1.5, 1.4, 1.9, 123456, {metricValue()}, classReport()};
}
Measurement measurement() {
    return {"fashion-mnist:test", 2000, 256,         64, "CPU", "avx512_vnni", 2, 100, 7,
            "npy:calib.npy",      32,   "processor", 16};
}
ComparisonRow comparisonRow() {
    ComparisonRow row;
    row.name = "onnxruntime-int8";
    row.description = "QDQ";
    row.version = "ONNX Runtime 1.30.0";
    row.median_ms = 9.5;
    row.p10_ms = 9.4;
    row.p90_ms = 10.1;
    row.ratio = 1.25;
    row.ratio_low = 1.2;
    row.ratio_high = 1.3;
    row.prepare_ms = 120.5;
    row.note = "6 threads";
    return row;
}
VariantResult variant() {
    VariantResult result{recipe(),
                         {layerResult(), LayerResult()},
                         {{"quantize input", "quantize", 0.01, 900}},
                         modelResult(),
                         modelResult(),
                         0.25,
                         2.5,
                         99.5,
                         {{1, 10, 0.7, std::nullopt}, {1, 20, 0.5, 91.0}},
                         {"bad.png"},
                         {"note"},
                         measurement(),
                         metricDrop(),
                         peaks(),
                         profileSummary(),
                         {finding()}};
    result.speedup_low = 2.4;
    result.speedup_high = 2.6;
    result.machine_busy = true;
    result.algorithms = {{"bias_correction", {{"fc", 0.5}}}};
    return result;
}

VariantSpec variantSpec() {
    return {"m.pt", dataSpec(), {tensorInfo()}, recipe(), dataSpec()};
}

template <typename T>
struct Sample;
#define SAMPLE(Type, ...)                          \
    template <>                                    \
    struct Sample<Type> {                          \
        static Type make() { return __VA_ARGS__; } \
    }
SAMPLE(Preprocessing, preprocessing());
SAMPLE(DataSpec, dataSpec());
SAMPLE(TensorInfo, tensorInfo());
SAMPLE(DataInfo, {"npy:x",
                  10,
                  true,
                  {"a", "b"},
                  {tensorInfo()},
                  {"c.png: damaged"},
                  preprocessing(),
                  "note",
                  {8, 8},
                  "npy:train"});
SAMPLE(LayerInfo, layerInfo());
SAMPLE(ModelInfo, {"m.pt",
                   "torchscript",
                   {tensorInfo()},
                   {tensorInfo()},
                   4,
                   {"note"},
                   {"cat"},
                   11,
                   12,
                   13,
                   {layerInfo()},
                   recipe()});
SAMPLE(Rule, {"layer", "fc", "fp32"});
SAMPLE(QatSettings, qat());
SAMPLE(TensorQParams, qparams());
SAMPLE(LayerChange, {"fc", {0.5, -0.25}});
SAMPLE(Algorithm, {"bias_correction", {{"samples", 32}}, {{{"fc", {0.5, -0.25}}}}});
SAMPLE(Recipe, recipe());
SAMPLE(LayerResult, layerResult());
SAMPLE(BoundaryResult, {"b", "quantize", 0.5, 900});
SAMPLE(MachinePeaks, peaks());
SAMPLE(ProfileSummary, profileSummary());
SAMPLE(Finding, finding());
SAMPLE(MetricValue, metricValue());
SAMPLE(MetricDrop, metricDrop());
SAMPLE(ClassResult, classResult());
SAMPLE(Confusion, {1, 2, 3});
SAMPLE(ClassReport, classReport());
SAMPLE(ModelResult, modelResult());
SAMPLE(CurvePoint, {2, 30, 0.5, 88.0});
SAMPLE(Measurement, measurement());
SAMPLE(ChangedLayer, {"fc", 0.5});
SAMPLE(AlgorithmResult, {"bias_correction", {{"fc", 0.5}}});
SAMPLE(VariantResult, variant());
SAMPLE(ComparisonRow, comparisonRow());
SAMPLE(ComparisonResult, {{comparisonRow(), ComparisonRow()}, "wall", {"note"}, measurement()});
SAMPLE(EntryInfo, {"npy", "tensors"});
SAMPLE(MetricInfo, {"top1", "share of samples", "%", true, true, true});
SAMPLE(ParameterInfo, {"percentile", "per cent", 99.99, 50.5, 100});
SAMPLE(ObserverInfo, {"percentile", "tails", {{"percentile", "per cent", 99.99, 50.5, 100}}});
SAMPLE(AlgorithmInfo,
       {"bias_correction", "means", {{"samples", "of data", 64, 1, 100}}, "after_calibration"});
SAMPLE(PresetInfo, {"onednn", "full range", {"onednn", "static"}});
SAMPLE(ModeInfo, {"static", "fixed grids", true, true});
SAMPLE(ChoiceInfo, {"group", "a scale a group", "one scale a tensor", "none"});
SAMPLE(RefusedMember, {"scheme", "affine", "no zero point"});
SAMPLE(DTypeChoice,
       {{"ternary", "three values", "none", "none"}, 2, -1, 1, {{"scheme", "affine", "no zero point"}}});
SAMPLE(EngineInfo,
       {kProtocolVersion + 1,
        "0.1",
        "1.13",
        "2.6",
        "CPU",
        "avx2",
        4,
        {"n"},
        {{"onednn", "full range", {"onednn", "static"}}},
        {{"static", "fixed grids", true, true}},
        {{"affine", "zero point", "none", "none"}},
        {{"group", "a scale a group", "one scale a tensor", ""}},
        {{{"ternary", "three values", "none", "none"}, 2, -1, 1, {{"scheme", "affine", "no zero point"}}}},
        {{"percentile", "tails", {{"percentile", "per cent", 99.99, 50.5, 100}}}},
        {{"npy", "tensors"}},
        {{"tensorrt", "TensorRT", ".onnx", true, "onnxruntime", 13, 21}},
        {{"top1", "share of samples", "%", true, false, true}},
        {{"xnnpack", "phones"}},
        {{"bare-int8", "primitives"}},
        {{"libtorch", "LibTorch"}},
        "Landlock 4 and seccomp",
        {{"bias_correction", "means", {{"samples", "of data", 64, 1, 100}}, "after_calibration"}}});
SAMPLE(OpenModelParams, {"m.pt", dataSpec(), {tensorInfo()}});
SAMPLE(VariantSpec, variantSpec());
SAMPLE(CompareParams, {variantSpec(), {"all"}});
SAMPLE(TrainParams, {variantSpec(), dataSpec(), "/w.qsw"});
SAMPLE(TargetInfo, {"lite", "phones", ".ptl", true, "lite", 1, 2});
SAMPLE(ExportParams, {variantSpec(), "out.onnx", "tensorrt", 17, true, true});
SAMPLE(ExportResult, {"out.onnx", "tensorrt", 99, {"out.onnx"}, {"note"}, {"trtexec"}});
SAMPLE(VerifyParams, {"out.onnx", "m.pt", dataSpec(), {tensorInfo()}, recipe(), "onnxruntime", 100, 8});
SAMPLE(OutputDifference, {"logits", 0.5, 0.1, 40.5});
SAMPLE(LayerDifference, {"fc", "linear", 0.25, 1000, 2, 0.5, 99.5, true});
SAMPLE(Departure, {"float", {"fc", "linear", 0.25, 1000, 2, 0.5, 99.5, true}, 3.5, "Conv", "conv1", 1});
SAMPLE(VerifyResult,
       {true,
        "passed",
        "onnxruntime",
        "1.30",
        "generic",
        100,
        91.5,
        91.25,
        99.75,
        {{"logits", 0.5, 0.1, 40.5}},
        {{"fc", "linear", 0.25, 1000, 2, 0.5, 99.5, true}},
        "fc",
        1.5,
        2.5,
        {"note"},
        99,
        0.1,
        30,
        98,
        measurement(),
        false,
        {"conv1"},
        2,
        {{"float", {"fc", "linear", 0.25, 1000, 2, 0.5, 99.5, true}, 3.5, "Conv", "conv1", 1}}});
SAMPLE(ProgressNote, {1, 2, 3, "Calibrating", 4.5});
SAMPLE(PreviewParams, {"m.pt", {{"layer", "fc", "fp32"}}});
SAMPLE(LayerQConfig, {"fc", 1, "onednn", "fp32", "it follows its surroundings", "x86", 2});
SAMPLE(RuleProblem, {2, "layer9", "the model has no layer"});
SAMPLE(QConfigPreview, {{{"fc", 0, "onednn", "int8", ""}}, {{1, "x", "no"}}});
SAMPLE(HistogramParams, {variantSpec(), "fc", "activation", 3, 64});
SAMPLE(LayerHistogram, {"fc", "weight", 3, 10, -1.5, 1.5, {1, 2}, 4, 1, qparams()});
SAMPLE(JobInfo, {1, "variant.train", "running", 2, 3, "Training", 4.5});
SAMPLE(JobList, {{{2, "model.open", "waiting"}}});
SAMPLE(CancelParams, {17});
#undef SAMPLE

template <typename T>
class JsonOf : public testing::Test {};

using AllMessages =
    testing::Types<Preprocessing, TensorInfo, DataSpec, DataInfo, LayerInfo, ModelInfo, Rule, QatSettings,
                   TensorQParams, LayerChange, Algorithm, Recipe, LayerResult, BoundaryResult, MachinePeaks,
                   ProfileSummary, Finding, MetricValue, MetricDrop, ClassResult, Confusion, ClassReport,
                   ModelResult, CurvePoint, Measurement, ChangedLayer, AlgorithmResult, VariantResult,
                   ComparisonRow, ComparisonResult, EntryInfo, MetricInfo, ParameterInfo, ObserverInfo,
                   AlgorithmInfo, PresetInfo, ModeInfo, ChoiceInfo, RefusedMember, DTypeChoice, TargetInfo,
                   EngineInfo, OpenModelParams, VariantSpec, CompareParams, TrainParams, ExportParams,
                   ExportResult, VerifyParams, OutputDifference, LayerDifference, Departure, VerifyResult,
                   ProgressNote, PreviewParams, LayerQConfig, RuleProblem, QConfigPreview, HistogramParams,
                   LayerHistogram, JobInfo, JobList, CancelParams>;
TYPED_TEST_SUITE(JsonOf, AllMessages);

TYPED_TEST(JsonOf, RoundTripThroughText) {
    const json written = Sample<TypeParam>::make();
    const json again = json::parse(written.dump()).template get<TypeParam>();
    EXPECT_EQ(written, again);
    EXPECT_NE(written, json(TypeParam()))
        << "the sample must differ from the default for the test to see anything";
}

TYPED_TEST(JsonOf, EveryMemberOfTheSampleDiffersFromItsDefault) {
    const json written = Sample<TypeParam>::make();
    const json defaults = TypeParam();
    for (const auto& [name, value] : written.items()) {
        EXPECT_NE(value, defaults.at(name)) << name;
    }
}

TYPED_TEST(JsonOf, MissingAndUnknownMembersAreTolerated) {
    EXPECT_EQ(json(json::object().template get<TypeParam>()), json(TypeParam()));
    if constexpr (!std::same_as<TypeParam, Rule>) {  // what a rule says is heeded or refused
        EXPECT_EQ(json(json({{"from_the_future", 1}}).template get<TypeParam>()), json(TypeParam()));
    }
}

TYPED_TEST(JsonOf, NullMembersAreReadAsDefaults) {
    json nulls = TypeParam();
    for (auto& value : nulls) {
        if (!value.is_number_float()) {
            value = nullptr;
        }
    }
    EXPECT_EQ(json(nulls.template get<TypeParam>()), json(TypeParam()));
}

TYPED_TEST(JsonOf, WrongTypesAreRefused) {
    EXPECT_THROW(json::array().template get<TypeParam>(), JsonError);
    EXPECT_THROW(json("text").template get<TypeParam>(), JsonError);
    const json sample = Sample<TypeParam>::make();
    for (const auto& [name, value] : sample.items()) {
        json broken = sample;
        broken[name] = value.is_object() ? json(3) : json::object({{"a", 1}});
        EXPECT_THROW(broken.template get<TypeParam>(), JsonError) << name;
    }
}

TEST(Json, NamesAreSnakeCaseAsInTheStructs) {
    const json written = layerResult();
    EXPECT_EQ(written.at("sqnr_db"), 30.5);
    EXPECT_EQ(written.at("output_shape"), json({1, 10}));
    EXPECT_EQ(json(modelResult()).at("model_bytes"), 123456);
}

TEST(Json, AbsentOptionalsAreNull) {
    const json written = LayerResult();
    EXPECT_TRUE(written.at("sqnr_db").is_null());
    EXPECT_FALSE(written.get<LayerResult>().sqnr_db.has_value());
}

TEST(Json, NumbersThatAreNotFiniteAreNull) {
    LayerResult layer;
    layer.sqnr_db = std::numeric_limits<double>::infinity();
    layer.cosine = std::nan("");
    const json written = layer;
    EXPECT_TRUE(written.at("sqnr_db").is_null());
    EXPECT_TRUE(written.at("cosine").is_null());

    CurvePoint point;
    point.loss = std::nan("");
    EXPECT_TRUE(json(point).at("loss").is_null());
    EXPECT_TRUE(std::isnan(json(point).get<CurvePoint>().loss));

    Preprocessing mean;
    mean.mean = {0.5, std::nan("")};
    EXPECT_TRUE(std::isnan(json(mean).get<Preprocessing>().mean.at(1)));
}

std::string problemOf(const json& source) {
    try {
        (void)source.get<VariantSpec>();
    } catch (const JsonError& error) {
        return error.what();
    }
    return "";
}

TEST(Json, ErrorsNameThePlace) {
    json params = VariantSpec{"m.pt", std::nullopt, {}, recipe()};
    params["recipe"]["rules"][1]["qconfig"] = 5;
    EXPECT_EQ(problemOf(params),
              "recipe.rules[1].qconfig: expected a preset's name or an object, found a number");
    EXPECT_EQ(problemOf({{"recipe", {{"batch", "64"}}}}),
              "recipe.batch: expected an integer, found a string");
    EXPECT_EQ(problemOf({{"model", json::array()}}), "model: expected a string, found an array");
    EXPECT_EQ(problemOf(json::array()), "expected an object, found an array");
}

TEST(Json, Integers) {
    EXPECT_EQ(json({{"batch", 64.0}}).get<Recipe>().batch, 64) << "a script may write a whole number so";
    EXPECT_THROW(json({{"batch", 64.5}}).get<Recipe>(), JsonError);
    EXPECT_THROW(json({{"threads", int64_t(1) << 40}}).get<Recipe>(), JsonError);
    EXPECT_THROW(json({{"seed", -1}}).get<QatSettings>(), JsonError);
    EXPECT_EQ(json({{"loss", 1}}).get<CurvePoint>().loss, 1.0);
}

TEST(Json, NamesThatADocumentMadeUpAreShownShortened) {
    const std::string name(2000, 'm');
    const json rule = {{"match", "global"}, {"key", ""}, {"qconfig", "fp32"}, {name, 1}};
    try {
        rule.get<Rule>();
        FAIL() << "an unknown member was read";
    } catch (const JsonError& error) {
        EXPECT_THAT(error.what(), testing::StartsWith(std::string(64, 'm') + "...: unknown: there are "));
        EXPECT_LT(error.inside(name).path().size(), 200u);
    }
}

}  // namespace
}  // namespace qs::protocol
