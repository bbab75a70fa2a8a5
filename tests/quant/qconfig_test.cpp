#include "quant/qconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quant/reference.h"

namespace qs {
namespace {

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

TEST(Presets, KnowTheirNames) {
    EXPECT_THAT(presets().names(), testing::ElementsAre("bf16", "coreml", "fbgemm", "fp32", "onednn",
                                                        "qnnpack", "tensorrt", "x86"));
    for (const auto& [name, qconfig] : presets().entries()) {
        EXPECT_EQ(qconfig.name, name);
    }
    for (const auto& [name, qconfig] : presets().entries()) {
        EXPECT_EQ(qconfig.isFloat(), name == "fp32" || name == "bf16") << name;
    }
}

const std::map<std::string, std::string> observerOfClass{
    {"HistogramObserver", "histogram"},
    {"MinMaxObserver", "min_max"},
    {"PerChannelMinMaxObserver", "per_channel_min_max"},
    {"MovingAverageMinMaxObserver", "moving_average_min_max"},
    {"MovingAveragePerChannelMinMaxObserver", "moving_average_per_channel_min_max"}};

void expectLike(const TensorQConfig& config, const nlohmann::json& expected) {
    SCOPED_TRACE(expected.dump());
    EXPECT_EQ(config.dtype, test::dtypeOf(expected));
    EXPECT_EQ(config.scheme == Scheme::Symmetric, expected["symmetric"].get<bool>());
    EXPECT_EQ(config.granularity == Granularity::PerChannel, expected["per_channel"].get<bool>());
    EXPECT_EQ(config.quantMin, expected["quant_min"].get<int64_t>());
    EXPECT_EQ(config.quantMax, expected["quant_max"].get<int64_t>());
    EXPECT_EQ(config.observer, observerOfClass.at(expected["class"].get<std::string>()));
    EXPECT_NE(observers().find(config.observer), nullptr);
}

TEST(Presets, ForTensorRtAndCoreMlHaveNoZeroPoints) {
    for (const char* name : {"tensorrt", "coreml"}) {
        SCOPED_TRACE(name);
        const QConfig qconfig = findPreset(name).value();
        for (const TensorQConfig& config :
             {qconfig.activation, qconfig.weight, qconfig.qatActivation, qconfig.qatWeight}) {
            EXPECT_EQ(config.dtype, DType::Int8);
            EXPECT_EQ(config.scheme, Scheme::Symmetric);
            EXPECT_NE(observers().find(config.observer), nullptr);
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
