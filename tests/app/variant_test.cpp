#include "app/session/variant.h"

#include <gtest/gtest.h>

#include "support/sample_results.h"

namespace qs::app {
namespace {

using RuleList = std::vector<protocol::Rule>;

std::string nameOf(const RuleList& rules, int epochs = 0, const QStringList& taken = {}) {
    protocol::Recipe recipe;
    recipe.rules = rules;
    if (epochs > 0) {
        recipe.qat = protocol::QatSettings();
        recipe.qat->epochs = epochs;
    }
    return variantName(recipe, taken).toStdString();
}

/// A preset and rules for layers.
RuleList withLayers(const char* preset, RuleList layers) {
    layers.insert(layers.begin(), {"global", "", preset});
    return layers;
}

TEST(VariantName, SaysPresetTrainingAndExceptions) {
    EXPECT_EQ(nameOf(withLayers("onednn", {})), "onednn");
    EXPECT_EQ(nameOf({}), "fp32") << "no rule quantizes anything";
    EXPECT_EQ(nameOf(withLayers("x86", {{"layer", "fc", "fp32"}})), "x86, 1 layer FP32");
    EXPECT_EQ(nameOf(withLayers("x86", {{"layer", "fc", "fp32"}, {"layer", "conv1", "fp32"}})),
              "x86, 2 layers FP32");
    EXPECT_EQ(nameOf(withLayers("x86", {{"layer", "fc", "fp32"}, {"layer", "conv1", "qnnpack"}})),
              "x86, 1 layer FP32, 1 layer changed");
    EXPECT_EQ(nameOf(withLayers("x86", {{"op", "linear", "fp32"}})), "x86, 1 rule");
    EXPECT_EQ(nameOf(withLayers("x86", {{"op", "linear", "fp32"}, {"pattern", "layer4.*", "qnnpack"}})),
              "x86, 2 rules");
    EXPECT_EQ(nameOf(withLayers("onednn", {}), 1), "onednn QAT 1 epoch");
    EXPECT_EQ(nameOf(withLayers("onednn", {{"layer", "fc", "fp32"}}), 3),
              "onednn QAT 3 epochs, 1 layer FP32");
}

TEST(VariantName, SaysWhichBackendRanItUnlessThatIsTheDefault) {
    protocol::Recipe recipe;
    recipe.rules = withLayers("qnnpack", {{"layer", "fc", "fp32"}});
    recipe.backend = "onednn";
    EXPECT_EQ(variantName(recipe, {}), "qnnpack, 1 layer FP32");
    recipe.backend = "xnnpack";
    EXPECT_EQ(variantName(recipe, {}), "qnnpack on xnnpack, 1 layer FP32");
}

TEST(VariantName, IsUnique) {
    const QStringList taken{QStringLiteral("onednn"), QStringLiteral("onednn (2)")};
    EXPECT_EQ(nameOf(withLayers("onednn", {}), 0, taken), "onednn (3)");
}

TEST(WorstLayers, MakeMostOfTheErrorAtTheOutputs) {
    protocol::VariantResult result = samples::variant(samples::recipe());
    for (protocol::LayerResult& layer : result.layers) {
        layer.output_error_percent = 1;
    }
    const size_t last = result.layers.size() - 1;
    result.layers[2].output_error_percent = 60;
    result.layers[last].output_error_percent = 61;
    result.layers[3].sqnr_db = -3;
    EXPECT_EQ(worstLayers(result, 2), QStringList({QString::fromStdString(result.layers[last].name),
                                                   QString::fromStdString(result.layers[2].name)}));
}

TEST(WorstLayers, AreIntegerLayersByRisingSqnrWhereNothingElseIsKnown) {
    protocol::VariantResult result = samples::variant(samples::recipe());
    for (protocol::LayerResult& layer : result.layers) {
        layer.output_error_percent.reset();
    }
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

TEST(Rules, ExceptionsStandBehindTheOthersInTheOrderOfNames) {
    Rules rules({{"pattern", "layer4.*", "x86"}, {"global", "", "onednn"}, {"global", "", "fbgemm"}});
    EXPECT_EQ(rules.global().preset, "fbgemm") << "of equals the later wins";
    rules.setGlobal({"qnnpack"});
    rules.setLayers({"fc", "conv1"}, {"fp32"});
    rules.setLayers({"bn"}, {"x86"});
    rules.setLayers({"fc"}, {"coreml"});
    EXPECT_EQ(rules.all(), (RuleList{{"pattern", "layer4.*", "x86"},
                                     {"global", "", "onednn"},
                                     {"global", "", "qnnpack"},
                                     {"layer", "bn", "x86"},
                                     {"layer", "conv1", "fp32"},
                                     {"layer", "fc", "coreml"}}));
    EXPECT_EQ(rules.floatLayers(), 1u);
    EXPECT_EQ(rules.countOf("layer"), 3u);
    ASSERT_NE(rules.ofLayer("fc"), nullptr);
    EXPECT_EQ(rules.ofLayer("fc")->preset, "coreml");
    EXPECT_EQ(rules.ofLayer("layer4.0"), nullptr) << "a pattern names no layer";
    rules.eraseLayers({"fc", "conv1"});
    EXPECT_EQ(rules.countOf("layer"), 1u);
    rules.eraseAllLayers();
    EXPECT_EQ(rules.all().size(), 3u);
}

TEST(Rules, TheOrderOfEditsDoesNotMatter) {
    Rules one, other;
    one.setLayers({"fc"}, {"fp32"});
    one.setLayers({"conv1"}, {"x86"});
    other.setLayers({"conv1"}, {"x86"});
    other.setLayers({"fc"}, {"fp32"});
    EXPECT_EQ(one, other);
}

TEST(Rules, OfTwoRulesForALayerTheLaterIsChanged) {
    Rules rules({{"layer", "fc", "x86"}, {"op", "linear", "x86"}, {"layer", "fc", "fp32"}});
    rules.setLayers({"fc"}, {"qnnpack"});
    EXPECT_EQ(rules.all(),
              (RuleList{{"layer", "fc", "x86"}, {"op", "linear", "x86"}, {"layer", "fc", "qnnpack"}}));
    EXPECT_EQ(rules.global().preset, "fp32") << "nothing rules the other layers";
    rules.setGlobal({"onednn"});
    EXPECT_EQ(rules.all().front(), (protocol::Rule{"global", "", "onednn"}));
}

TEST(Rules, ANewRuleStandsBehindThoseThatAreNoStronger) {
    Rules rules({{"global", "", "onednn"}, {"op", "linear", "x86"}, {"layer", "fc", "fp32"}});
    EXPECT_EQ(rules.add({"pattern", "layer4.*", "x86"}), 2);
    EXPECT_EQ(rules.add({"regex", "layer.", "x86"}), 3);
    EXPECT_EQ(rules.add({"op", "conv2d", "x86"}), 2);
    EXPECT_EQ(rules.add({"global", "", "x86"}), 1);
    EXPECT_EQ(rules.add({"layer", "a", "x86"}), 7);
}

}  // namespace
}  // namespace qs::app
