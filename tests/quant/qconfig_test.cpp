#include "quant/qconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "quant/reference.h"

namespace qs {
namespace {

using testing::AllOf;
using testing::HasSubstr;

RuleSet rules(std::vector<Rule> list) {
    auto set = RuleSet::make(std::move(list));
    EXPECT_TRUE(set) << set.error().message;
    return std::move(set).value();
}

TEST(RuleSet, StrongerKindsWinWhateverTheirOrder) {
    const RuleSet set = rules({{RuleMatch::Layer, "a.conv", "fp32"},
                               {RuleMatch::Pattern, "a.*", "qnnpack"},
                               {RuleMatch::OpType, "conv2d", "x86"},
                               {RuleMatch::Global, "", "onednn"}});
    EXPECT_EQ(set.resolve("a.conv", "conv2d").rule, 0);
    EXPECT_EQ(set.resolve("a.conv", "conv2d").qconfig.name, "fp32");
    EXPECT_EQ(set.resolve("a.other", "conv2d").rule, 1);
    EXPECT_EQ(set.resolve("b", "conv2d").rule, 2);
    EXPECT_EQ(set.resolve("b", "linear").rule, 3);
    EXPECT_EQ(set.resolve("b", "linear").qconfig.name, "onednn");
}

TEST(RuleSet, AmongEqualsTheLaterWins) {
    const RuleSet set = rules({{RuleMatch::Global, "", "fbgemm"},
                               {RuleMatch::Pattern, "*conv?", "fp32"},
                               {RuleMatch::Pattern, "layer1.*", "onednn"},
                               {RuleMatch::Global, "", "qnnpack"}});
    EXPECT_EQ(set.resolve("layer1.conv1", "conv2d").rule, 2);
    EXPECT_EQ(set.resolve("layer2.conv1", "conv2d").rule, 1);
    EXPECT_EQ(set.resolve("fc", "linear").rule, 3);
}

TEST(RuleSet, WithoutARuleALayerStaysInFloat) {
    const ResolvedQConfig resolved = rules({{RuleMatch::OpType, "linear", "x86"}}).resolve("conv1", "conv2d");
    EXPECT_EQ(resolved.rule, -1);
    EXPECT_TRUE(resolved.qconfig.isFloat());
}

TEST(RuleSet, RefusesUnknownPresetsByNamingTheKnown) {
    const auto set = RuleSet::make({{RuleMatch::Global, "", "fbgem"}});
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind, ErrorKind::Usage);
    EXPECT_THAT(set.error().message, HasSubstr("'fbgem'"));
    for (const auto& name : presets().names()) {
        EXPECT_THAT(set.error().message, HasSubstr(name));
    }
}

TEST(RuleSet, RefusesRulesWithoutAKey) {
    const auto set = RuleSet::make({{RuleMatch::Layer, "", "fp32"}});
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind, ErrorKind::Usage);
}

TEST(RuleSet, RefusesLayersThatAreNotThereAndNamesTheNearest) {
    const std::vector<std::string> layers{"conv1", "layer1.0.conv1", "fc"};
    EXPECT_TRUE(rules({{RuleMatch::Layer, "fc", "fp32"}, {RuleMatch::Pattern, "nothing*", "fp32"}})
                    .checkLayers(layers));
    const Status status = rules({{RuleMatch::Layer, "layer1.0.conv2", "fp32"}}).checkLayers(layers);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::Usage);
    EXPECT_THAT(status.error().message, HasSubstr("'layer1.0.conv2'"));
    EXPECT_THAT(status.error().message, HasSubstr("did you mean layer1.0.conv1"));
}

TEST(RuleSet, PatternsAndExpressionsAreEquallyStrong) {
    const RuleSet set = rules({{RuleMatch::Regex, "layer[34]\\..*", "qnnpack"},
                               {RuleMatch::Pattern, "layer4.*", "x86"},
                               {RuleMatch::Global, "", "onednn"}});
    EXPECT_EQ(set.resolve("layer4.0.conv1", "conv2d").rule, 1);
    EXPECT_EQ(set.resolve("layer3.0.conv1", "conv2d").rule, 0);
    EXPECT_EQ(set.resolve("a.layer3.0.conv1", "conv2d").rule, 2) << "the whole name has to match";
}

std::string problemOf(const QConfigSpec& spec) {
    const auto set = RuleSet::make({{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "fc", spec}});
    return set ? "" : set.error().message;
}

QConfigSpec differing(const std::function<void(QConfigSpec&)>& change, const std::string& preset = "onednn") {
    QConfigSpec spec{preset};
    change(spec);
    return spec;
}

TEST(QConfigs, ADtypeBringsItsWholeRange) {
    const QConfig int4 =
        makeQConfig(differing([](QConfigSpec& spec) { spec.weight.dtype = DType::Int4; })).value();
    EXPECT_EQ(int4.weight.quantMin, -8);
    EXPECT_EQ(int4.weight.quantMax, 7);
    EXPECT_EQ(int4.weight.granularity, Granularity::PerChannel);
    EXPECT_EQ(int4.activation, presets().find("onednn")->activation);
    EXPECT_EQ(int4.qatWeight.quantMin, -8);
    EXPECT_EQ(int4.name, "onednn,weight.dtype=int4");

    const QConfig narrow =
        makeQConfig(differing([](QConfigSpec& spec) { spec.weight.dtype = DType::Int4; }, "tensorrt"))
            .value();
    EXPECT_EQ(narrow.weight.quantMin, -7) << "as TensorRT's int8 leaves out -128";
    const QConfig wide =
        makeQConfig(differing([](QConfigSpec& spec) { spec.activation.dtype = DType::UInt16; }, "x86"))
            .value();
    EXPECT_EQ(wide.activation.quantMax, 65535) << "reduced range is a matter of 8 bits";
}

TEST(QConfigs, FewBitsAreSearchedForTheLeastError) {
    const QConfig ternary =
        makeQConfig(differing([](QConfigSpec& spec) { spec.weight.dtype = DType::Ternary; })).value();
    EXPECT_EQ(ternary.weight.observer, "mse");
    EXPECT_EQ(ternary.weight.scheme, Scheme::Symmetric);
    const QConfig asked = makeQConfig(differing([](QConfigSpec& spec) {
                              spec.weight.dtype = DType::Ternary;
                              spec.weight.observer = "min_max";
                          })).value();
    EXPECT_EQ(asked.weight.observer, "min_max");
}

TEST(QConfigs, WhatDoesNotGoTogetherIsRefusedByRuleAndKey) {
    EXPECT_EQ(problemOf(differing([](QConfigSpec& spec) {
                  spec.weight.dtype = DType::Binary;
                  spec.weight.scheme = Scheme::Affine;
              })),
              "rule 2 (fc): weight.scheme: binary has no zero point: only symmetric is possible");
    EXPECT_EQ(problemOf(differing([](QConfigSpec& spec) {
                  spec.weight.dtype = DType::Int4;
                  spec.weight.quantMax = 8;
              })),
              "rule 2 (fc): weight.quant_max: the integers -8 to 8 are no range of int4, -8 to 7");
    EXPECT_EQ(problemOf(differing([](QConfigSpec& spec) { spec.activation.zeroPoint = 256; })),
              "rule 2 (fc): activation.zero_point: 256 is not among the integers 0 to 255");
    EXPECT_EQ(
        problemOf(differing([](QConfigSpec& spec) { spec.weight.granularity = Granularity::PerGroup; })),
        "rule 2 (fc): weight.group: a group needs the granularity group and at least one element");
    EXPECT_EQ(problemOf(differing([](QConfigSpec& spec) { spec.weight.group = -4; })),
              "rule 2 (fc): weight.group: a group needs the granularity group and at least one element");
    EXPECT_EQ(problemOf(differing(
                  [](QConfigSpec& spec) { spec.activation.granularity = Granularity::PerChannel; })),
              "rule 2 (fc): activation.granularity: activations have one scale a tensor: no kernel and no "
              "target takes "
              "more");
    EXPECT_EQ(
        problemOf(differing([](QConfigSpec& spec) { spec.weight.dtype = DType::Float16; })),
        "rule 2 (fc): weight.dtype: float16 is a mode of the whole layer: write mode=fp16, mode=bf16 or "
        "preset fp32");
    EXPECT_EQ(problemOf(differing([](QConfigSpec& spec) { spec.weight.dtype = DType::Int4; }, "fp32")),
              "rule 2 (fc): preset fp32 has no grids to differ from: start from one that quantizes, such as "
              "onednn");
    EXPECT_THAT(problemOf(differing([](QConfigSpec& spec) { spec.activation.observer = "histogramm"; })),
                AllOf(HasSubstr("rule 2 (fc): activation.observer: "), HasSubstr("histogram")));
    const auto expression = RuleSet::make({{RuleMatch::Regex, "layer[", "onednn"}});
    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().message, "rule 1 (layer[): 'layer[' is no regular expression: missing ]: [");
}

TEST(Presets, KnowTheirNames) {
    EXPECT_THAT(presets().names(),
                testing::ElementsAre("bf16", "coreml", "dynamic", "fbgemm", "fp16", "fp32", "onednn",
                                     "qnnpack", "tensorrt", "weight_only", "x86"));
    for (const auto& [name, qconfig] : presets().entries()) {
        EXPECT_EQ(qconfig.name, name);
        EXPECT_FALSE(qconfig.description.empty()) << name;
        EXPECT_EQ(qconfig.isFloat(), name == "fp32" || name == "bf16" || name == "fp16") << name;
    }
}

const std::map<std::string, std::string> observerOfClass{
    {"HistogramObserver", "histogram"},
    {"MinMaxObserver", "min_max"},
    {"PerChannelMinMaxObserver", "min_max"},
    {"MovingAverageMinMaxObserver", "moving_average_min_max"},
    {"MovingAveragePerChannelMinMaxObserver", "moving_average_min_max"}};

void expectLike(const TensorQConfig& config, const nlohmann::json& expected) {
    SCOPED_TRACE(expected.dump());
    EXPECT_EQ(config.dtype, test::dtypeOf(expected));
    EXPECT_EQ(config.scheme == Scheme::Symmetric, expected["symmetric"].get<bool>());
    EXPECT_EQ(config.granularity == Granularity::PerChannel, expected["per_channel"].get<bool>());
    EXPECT_EQ(config.quantMin, expected["quant_min"].get<int64_t>());
    EXPECT_EQ(config.quantMax, expected["quant_max"].get<int64_t>());
    EXPECT_EQ(findObserver(config)->def,
              observers().find(observerOfClass.at(expected["class"].get<std::string>())));
}

TEST(Presets, ForTensorRtAndCoreMlHaveNoZeroPoints) {
    for (const char* name : {"tensorrt", "coreml"}) {
        SCOPED_TRACE(name);
        const QConfig qconfig = findPreset(name).value();
        for (const TensorQConfig& config :
             {qconfig.activation, qconfig.weight, qconfig.qatActivation, qconfig.qatWeight}) {
            EXPECT_EQ(config.dtype, DType::Int8);
            EXPECT_EQ(config.scheme, Scheme::Symmetric);
            EXPECT_TRUE(findObserver(config));
        }
        EXPECT_EQ(qconfig.activation.quantMin, -128);
        EXPECT_EQ(qconfig.weight.quantMin, -127);
        EXPECT_EQ(qconfig.weight.granularity, Granularity::PerChannel);
    }
}

TEST(Presets, AreWhatPyTorchDefines) {
    ASSERT_EQ(test::reference()["presets"].size(), 4u);
    for (const auto& [name, expected] : test::reference()["presets"].items()) {
        SCOPED_TRACE(name);
        const auto preset = findPreset(name);
        ASSERT_TRUE(preset);
        expectLike(preset->activation, expected["activation"]);
        expectLike(preset->weight, expected["weight"]);
        expectLike(preset->qatActivation, expected["qat_activation"]);
        expectLike(preset->qatWeight, expected["qat_weight"]);
    }
}

}  // namespace
}  // namespace qs
