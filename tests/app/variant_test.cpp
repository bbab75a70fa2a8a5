#include "app/session/variant.h"

#include <gtest/gtest.h>

#include "support/sample_results.h"

namespace qs::app {
namespace {

std::string nameOf(const Rules& rules, int epochs = 0, const QStringList& taken = {}) {
    protocol::Recipe recipe;
    recipe.rules = rules.toProtocol();
    if (epochs > 0) {
        recipe.qat = protocol::QatSettings();
        recipe.qat->epochs = epochs;
    }
    return variantName(recipe, taken).toStdString();
}

TEST(VariantName, SaysPresetTrainingAndExceptions) {
    EXPECT_EQ(nameOf({"onednn", {}}), "onednn");
    EXPECT_EQ(nameOf({"x86", {{"fc", "fp32"}}}), "x86, 1 layer FP32");
    EXPECT_EQ(nameOf({"x86", {{"fc", "fp32"}, {"conv1", "fp32"}}}), "x86, 2 layers FP32");
    EXPECT_EQ(nameOf({"x86", {{"fc", "fp32"}, {"conv1", "qnnpack"}}}), "x86, 1 layer FP32, 1 layer changed");
    EXPECT_EQ(nameOf({"onednn", {}}, 1), "onednn QAT 1 epoch");
    EXPECT_EQ(nameOf({"onednn", {{"fc", "fp32"}}}, 3), "onednn QAT 3 epochs, 1 layer FP32");
}

TEST(VariantName, SaysWhichBackendRanItUnlessThatIsTheDefault) {
    protocol::Recipe recipe;
    recipe.rules = Rules{"qnnpack", {{"fc", "fp32"}}}.toProtocol();
    recipe.backend = "onednn";
    EXPECT_EQ(variantName(recipe, {}), "qnnpack, 1 layer FP32");
    recipe.backend = "xnnpack";
    EXPECT_EQ(variantName(recipe, {}), "qnnpack on xnnpack, 1 layer FP32");
}

TEST(VariantName, IsUnique) {
    const QStringList taken{QStringLiteral("onednn"), QStringLiteral("onednn (2)")};
    EXPECT_EQ(nameOf({"onednn", {}}, 0, taken), "onednn (3)");
}

TEST(WorstLayers, AreIntegerLayersByRisingSqnr) {
    protocol::VariantResult result = samples::variant(samples::recipe());
    const QStringList worst = worstLayers(result, 3);
    ASSERT_EQ(worst.size(), 3);
    EXPECT_EQ(worst[0], QStringLiteral("layer4.0.downsample.0"));

    for (protocol::LayerResult& layer : result.layers) {
        if (layer.name == worst[0].toStdString()) {
            layer.precision = "fp32";
        } else if (layer.name == worst[1].toStdString()) {
            layer.sqnr_db.reset();
        }
    }
    EXPECT_EQ(worstLayers(result, 1), QStringList(worst[2]));
    EXPECT_EQ(worstLayers(result, -1), QStringList());
    EXPECT_EQ(worstLayers(protocol::VariantResult(), 5), QStringList());
}

TEST(Rules, RoundTripThroughTheProtocol) {
    const Rules rules{"x86", {{"fc", "fp32"}, {"conv1", "qnnpack"}}};
    EXPECT_EQ(Rules::fromProtocol(rules.toProtocol()), rules);
    EXPECT_EQ(rules.effective("fc"), "fp32");
    EXPECT_EQ(rules.effective("layer1.0.conv1"), "x86");
    EXPECT_EQ(rules.floatLayers(), 1u);
}

}  // namespace
}  // namespace qs::app
