// What is known of models and variants, without computing.

#include <ATen/TensorOperators.h>
#include <ATen/ops/histc.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Questions : public WorkbenchTest {
  protected:
    void open() {
        const auto model = workbench_.openModel({resnet(), std::nullopt, {}});
        ASSERT_TRUE(model) << model.error().message;
    }

    protocol::HistogramParams weightOf(const std::string& layer) const {
        protocol::HistogramParams params;
        params.variant = {resnet(), images(), {}, recipe()};
        params.layer = layer;
        return params;
    }

    std::string histogramError(const protocol::HistogramParams& params) {
        const auto histogram = workbench_.histogram(params);
        EXPECT_FALSE(histogram);
        return histogram ? "" : histogram.error().message;
    }

    /// A parameter as LibTorch reads it.
    static at::Tensor parameter(const std::string& module, const std::string& name) {
        return torch::jit::load(resnet()).attr(module).toModule().attr(name).toTensor().detach();
    }
};

/// Values that fall into other bins than LibTorch puts them in: rounding at the edges.
int64_t otherwiseBinned(const protocol::LayerHistogram& histogram, const at::Tensor& values) {
    const at::Tensor expected =
        at::histc(values, static_cast<int64_t>(histogram.counts.size()), histogram.low, histogram.high);
    int64_t moved = 0;
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
        moved += std::abs(histogram.counts[i] - expected[static_cast<int64_t>(i)].item<int64_t>());
    }
    return moved / 2;
}

TEST_F(Questions, AWeightsHistogramIsLibTorchs) {
    open();
    const at::Tensor weight = parameter("fc", "weight");
    const auto histogram = workbench_.histogram(weightOf("fc"));
    ASSERT_TRUE(histogram) << histogram.error().message;
    EXPECT_EQ(histogram->low, weight.min().item<float>());
    EXPECT_EQ(histogram->high, weight.max().item<float>());
    EXPECT_EQ(histogram->channels, 10);
    EXPECT_EQ(histogram->values, weight.numel());
    EXPECT_EQ(histogram->not_finite, 0);
    ASSERT_THAT(histogram->counts, SizeIs(128));
    EXPECT_EQ(std::accumulate(histogram->counts.begin(), histogram->counts.end(), int64_t{0}),
              weight.numel());
    EXPECT_LE(otherwiseBinned(*histogram, weight), 2);
    ASSERT_TRUE(histogram->grid);
    EXPECT_THAT(histogram->grid->scale, SizeIs(10)) << "onednn: a scale a channel";
}

TEST_F(Questions, AChannelHasAHistogramAndAGridOfItsOwn) {
    open();
    protocol::HistogramParams params = weightOf("fc");
    params.channel = 3;
    params.bins = 16;
    const auto histogram = workbench_.histogram(params);
    ASSERT_TRUE(histogram) << histogram.error().message;
    const at::Tensor row = parameter("fc", "weight")[3];
    EXPECT_EQ(histogram->values, row.numel());
    EXPECT_THAT(histogram->counts, SizeIs(16));
    EXPECT_LE(otherwiseBinned(*histogram, row), 1);
    ASSERT_TRUE(histogram->grid);
    ASSERT_THAT(histogram->grid->scale, SizeIs(1));
    EXPECT_NEAR(histogram->grid->scale[0], row.abs().max().item<float>() / 127.5, 1e-8);
    EXPECT_EQ(histogram->grid->zero_point, std::vector<int64_t>{0});
    EXPECT_EQ(histogram->grid->dtype, "int8");
}

TEST_F(Questions, ABatchNormIsFoldedIntoTheWeightThatIsShown) {
    open();
    const at::Tensor factor = parameter("bn1", "weight") / (parameter("bn1", "running_var") + 1e-5).sqrt();
    const at::Tensor folded = parameter("conv1", "weight") * factor.reshape({-1, 1, 1, 1});
    const auto histogram = workbench_.histogram(weightOf("conv1"));
    ASSERT_TRUE(histogram) << histogram.error().message;
    EXPECT_NEAR(histogram->low, folded.min().item<float>(), 1e-6);
    EXPECT_NEAR(histogram->high, folded.max().item<float>(), 1e-6);
}

TEST_F(Questions, AFloatLayersWeightHasNoGrid) {
    open();
    protocol::HistogramParams params = weightOf("fc");
    params.variant.recipe = recipe({"fc"});
    const auto histogram = workbench_.histogram(params);
    ASSERT_TRUE(histogram) << histogram.error().message;
    EXPECT_FALSE(histogram->grid);
}

TEST_F(Questions, HistogramsThatThereAreNotAreRefused) {
    EXPECT_THAT(histogramError(weightOf("fc")), HasSubstr("is not open"));
    open();
    EXPECT_THAT(histogramError(weightOf("fd")), HasSubstr("did you mean fc"));
    EXPECT_THAT(histogramError(weightOf("maxpool")), HasSubstr("has no weight"));
    protocol::HistogramParams params = weightOf("fc");
    params.channel = 10;
    EXPECT_THAT(histogramError(params), HasSubstr("channels 0 to 9, not 10"));
    params.channel.reset();
    params.bins = 0;
    EXPECT_THAT(histogramError(params), HasSubstr("bins is 0"));
    params.bins = 16;
    params.which = "bias";
    EXPECT_THAT(histogramError(params), HasSubstr("weight or activation"));
    params.which = "activation";
    EXPECT_THAT(histogramError(params), HasSubstr("statistics"));
}

TEST_F(Questions, APreviewSaysWhatRulesMakeOfEachLayer) {
    open();
    const std::vector<protocol::Rule> rules{
        {"global", "", "onednn"}, {"pattern", "layer1.*", "qnnpack"}, {"layer", "fc", "fp32"}};
    const auto preview = workbench_.preview({resnet(), rules});
    ASSERT_TRUE(preview) << preview.error().message;
    EXPECT_THAT(preview->problems, IsEmpty());
    ASSERT_FALSE(preview->layers.empty());
    for (const protocol::LayerQConfig& layer : preview->layers) {
        const int expected = layer.name == "fc" ? 2 : layer.name.starts_with("layer1.") ? 1 : 0;
        EXPECT_EQ(layer.rule, expected) << layer.name;
        EXPECT_EQ(layer.qconfig, protocol::textOf(rules[static_cast<size_t>(expected)].qconfig))
            << layer.name;
        EXPECT_EQ(layer.precision, expected == 2 ? "fp32" : "int8") << layer.name;
        EXPECT_EQ(layer.reason, "") << layer.name;
        // What it would get without the rule for itself alone.
        EXPECT_EQ(layer.inherited_rule, layer.name == "fc" ? 0 : expected) << layer.name;
        EXPECT_EQ(layer.inherited, expected == 1 ? "qnnpack" : "onednn") << layer.name;
    }
    protocol::Recipe ruled = recipe();
    ruled.rules = rules;
    const auto measured =
        workbench_.measurePart({resnet(), std::nullopt, {}, ruled}, VariantPart::Errors, job_);
    ASSERT_TRUE(measured) << measured.error().message;
    ASSERT_EQ(measured->layers.size(), preview->layers.size());
    for (size_t i = 0; i < preview->layers.size(); ++i) {
        EXPECT_EQ(measured->layers[i].precision, preview->layers[i].precision);
        EXPECT_EQ(measured->layers[i].rule, preview->layers[i].rule);
    }
}

TEST_F(Questions, APreviewNamesRulesThatCannotBeUsedAndGoesOnWithoutThem) {
    open();
    const auto preview = workbench_.preview({resnet(),
                                             {{"layer", "layer9", "fp32"},
                                              {"global", "", "onednn"},
                                              {"op", "conv2d", "onednm"},
                                              {"layer", "fc", "fp32"}}});
    ASSERT_TRUE(preview) << preview.error().message;
    ASSERT_THAT(preview->problems, SizeIs(2));
    EXPECT_EQ(preview->problems[0].rule, 0);
    EXPECT_EQ(preview->problems[0].key, "layer9");
    EXPECT_THAT(preview->problems[0].message, HasSubstr("no layer 'layer9'"));
    EXPECT_EQ(preview->problems[1].rule, 2);
    EXPECT_THAT(preview->problems[1].message, HasSubstr("rule 3 (conv2d): "));
    EXPECT_THAT(preview->problems[1].message, HasSubstr("onednm"));
    EXPECT_EQ(preview->layers.front().rule, 1);
    EXPECT_EQ(preview->layers.back().name, "fc");
    EXPECT_EQ(preview->layers.back().rule, 3);
}

TEST_F(Questions, AGroupThatDoesNotDivideIsAProblemOfItsRule) {
    open();
    protocol::QConfig grouped{"onednn"};
    grouped.weight.dtype = "int4";
    grouped.weight.group = 7;
    const auto preview = workbench_.preview(
        {resnet(),
         {{"layer", "layer9", "fp32"}, {"global", "", "onednn"}, {"pattern", "layer1.*", grouped}}});
    ASSERT_TRUE(preview) << preview.error().message;
    ASSERT_THAT(preview->problems, SizeIs(2));
    EXPECT_EQ(preview->problems[1].rule, 2);
    EXPECT_EQ(preview->problems[1].key, "layer1.*");
    EXPECT_THAT(preview->problems[1].message, HasSubstr("rule 3 (layer1.*): layer layer1."));
    EXPECT_THAT(preview->problems[1].message, HasSubstr("does not divide"));
    for (const protocol::LayerQConfig& layer : preview->layers) {
        EXPECT_EQ(layer.rule, 1) << layer.name << ": the others are previewed without it";
    }
}

TEST_F(Questions, APreviewSaysWhyALayerStaysFloat) {
    open();
    // Behind a float convolution nothing is left to follow.
    const auto preview = workbench_.preview({resnet(), {{"op", "max_pool2d", "onednn"}}});
    ASSERT_TRUE(preview) << preview.error().message;
    const auto pool =
        std::ranges::find(preview->layers, std::string("maxpool"), &protocol::LayerQConfig::name);
    ASSERT_NE(pool, preview->layers.end());
    EXPECT_EQ(pool->precision, "fp32");
    EXPECT_THAT(pool->reason, HasSubstr("surroundings"));
    EXPECT_EQ(preview->layers.front().rule, -1);
    EXPECT_EQ(preview->layers.front().reason, "") << "no rule, so FP32 as asked";
}

TEST_F(Questions, WhatWasMeasuredIsKnown) {
    const protocol::VariantSpec variant{resnet(), images(), {}, recipe()};
    const auto before = workbench_.known(variant);
    ASSERT_FALSE(before);
    EXPECT_THAT(before.error().message, HasSubstr("measure it first"));
    const auto errors = workbench_.measurePart(variant, VariantPart::Errors, job_);
    ASSERT_TRUE(errors) << errors.error().message;
    const auto known = workbench_.known(variant);
    ASSERT_TRUE(known) << known.error().message;
    EXPECT_EQ(known->layers.back().sqnr_db, errors->layers.back().sqnr_db);
    EXPECT_FALSE(known->variant.top1);
    ASSERT_TRUE(workbench_.measurePart(variant, VariantPart::Accuracy, job_));
    EXPECT_TRUE(workbench_.known(variant)->variant.top1);
    EXPECT_TRUE(workbench_.known(variant)->layers.back().sqnr_db) << "what was known stays";
    protocol::VariantSpec other = variant;
    other.recipe.seed = 5;
    EXPECT_FALSE(workbench_.known(other));
}

}  // namespace
}  // namespace qs
