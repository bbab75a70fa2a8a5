// What an editor of qconfigs is told holds for the qconfigs that come of it.

#include "workbench/qconfig_choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "quant/qconfig.h"
#include "workbench/messages.h"

namespace qs {
namespace {

using ::testing::HasSubstr;

protocol::EngineInfo described() {
    protocol::EngineInfo info;
    describeQConfigs(info);
    return info;
}

/// What the rule for everything makes of a layer, or why it cannot be used.
Result<QConfig> resolved(const protocol::QConfig& qconfig) {
    QS_ASSIGN(const RuleSet rules, readRules({{"global", "", qconfig}}));
    return rules.resolve("layer", "conv2d").qconfig;
}

const protocol::DTypeChoice& dtypeOf(const protocol::EngineInfo& info, const std::string& name) {
    return *std::ranges::find_if(info.dtypes, [&](const auto& type) { return type.choice.name == name; });
}

TEST(QConfigChoices, AllMembersOfAPresetMeanThePreset) {
    const protocol::EngineInfo info = described();
    ASSERT_EQ(info.presets.size(), presets().names().size());
    for (const protocol::PresetInfo& preset : info.presets) {
        EXPECT_NE(preset.description, "") << preset.name;
        const auto alone = resolved({preset.name});
        ASSERT_TRUE(alone) << preset.name;
        const auto spelled = resolved(preset.qconfig);
        ASSERT_TRUE(spelled) << spelled.error().message;
        EXPECT_EQ(spelled->mode, alone->mode) << preset.name;
        EXPECT_EQ(spelled->activation, alone->activation) << preset.name;
        EXPECT_EQ(spelled->weight, alone->weight) << preset.name;
        EXPECT_TRUE(preset.qconfig.mode) << preset.name;
        EXPECT_EQ(preset.qconfig.weight.dtype.has_value(), !alone->isFloat()) << preset.name;
    }
}

/// Every choice by itself, on a preset that quantizes everything: it is refused where it is said to be, and
/// taken where not.
TEST(QConfigChoices, WhatIsRefusedIsRefusedAndTheRestIsTaken) {
    const protocol::EngineInfo info = described();
    const auto expectSame = [](const protocol::QConfig& qconfig, const std::string& refusal) {
        const auto made = resolved(qconfig);
        EXPECT_EQ(bool(made), refusal.empty()) << protocol::textOf(qconfig) << ": " << refusal;
        if (!made && !refusal.empty()) {
            EXPECT_THAT(made.error().message, HasSubstr(refusal));
        }
    };
    const auto tryBoth = [&](const protocol::ChoiceInfo& choice, const auto& set) {
        protocol::QConfig activation{"onednn"}, weight{"onednn"};
        set(activation.activation);
        set(weight.weight);
        expectSame(activation, choice.activation_refusal);
        expectSame(weight, choice.weight_refusal);
    };
    for (const protocol::ModeInfo& mode : info.modes) {
        expectSame({"onednn", mode.name}, "");
    }
    for (const protocol::ChoiceInfo& scheme : info.schemes) {
        tryBoth(scheme, [&](protocol::TensorQConfig& tensor) { tensor.scheme = scheme.name; });
    }
    for (const protocol::ChoiceInfo& granularity : info.granularities) {
        tryBoth(granularity, [&](protocol::TensorQConfig& tensor) {
            tensor.granularity = granularity.name;
            tensor.group = granularity.name == "group" ? std::optional<int64_t>(32) : std::nullopt;
        });
    }
    for (const protocol::DTypeChoice& type : info.dtypes) {
        tryBoth(type.choice, [&](protocol::TensorQConfig& tensor) { tensor.dtype = type.choice.name; });
        for (const protocol::ChoiceInfo& scheme : info.schemes) {
            protocol::QConfig qconfig{"onednn"};
            qconfig.weight.dtype = type.choice.name;
            qconfig.weight.scheme = scheme.name;
            const auto refused = std::ranges::find_if(type.refused, [&](const auto& member) {
                return member.member == "scheme" && member.value == scheme.name;
            });
            const std::string why = refused == type.refused.end() ? "" : refused->reason;
            expectSame(qconfig, type.choice.weight_refusal.empty() ? why : type.choice.weight_refusal);
        }
    }
}

TEST(QConfigChoices, SaysWhatATypeIsAndCannotHave) {
    const protocol::EngineInfo info = described();
    const protocol::DTypeChoice& int4 = dtypeOf(info, "int4");
    EXPECT_EQ(int4.bits, 4);
    EXPECT_EQ(int4.least, -8);
    EXPECT_EQ(int4.greatest, 7);
    EXPECT_TRUE(int4.refused.empty());
    const protocol::DTypeChoice& ternary = dtypeOf(info, "ternary");
    const auto affine = std::ranges::find(ternary.refused, "affine", &protocol::RefusedMember::value);
    ASSERT_NE(affine, ternary.refused.end());
    EXPECT_THAT(affine->reason, HasSubstr("only symmetric"));
    EXPECT_THAT(dtypeOf(info, "float16").choice.weight_refusal, HasSubstr("mode"));
    const auto group = std::ranges::find(info.granularities, "group", &protocol::ChoiceInfo::name);
    ASSERT_NE(group, info.granularities.end());
    EXPECT_THAT(group->activation_refusal, HasSubstr("one scale a tensor"));
    EXPECT_EQ(group->weight_refusal, "");
}

}  // namespace
}  // namespace qs
