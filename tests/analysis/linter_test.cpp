#include "analysis/linter/linter.h"

#include <ATen/ops/arange.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

const QParams kGrid = activation(DType::UInt8, 0.1, 3);

/// A network with measurements that a rule can be shown. Steps take 1 ms unless told.
struct Scene {
    QuantizedGraphBuilder builder;
    std::mt19937 random{1};
    QuantizedGraph graph;
    Profile profile;
    protocol::VariantResult result;
    CpuInfo cpu{.model = "CPU", .isa = "avx512_core_vnni", .hasVnni = true, .cores = 2};

    ValueId conv(const std::string& layer, ValueId x, const WeightedSpec& spec = {}, bool integer = true) {
        const auto qparams = integer ? std::optional(kGrid) : std::nullopt;
        QNode node = randomConv2d(spec, random, qparams);
        node.layer = layer;
        return builder.add(std::move(node), {x}, qparams);
    }

    ValueId plain(const std::string& op, std::vector<ValueId> inputs, bool integer = true) {
        QNode node = plainNode(op);
        node.layer = op;
        return builder.add(std::move(node), std::move(inputs), integer ? std::optional(kGrid) : std::nullopt);
    }

    void measure() {
        graph = builder.take();
        for (size_t i = 0; i < graph.nodes.size(); ++i) {
            std::string& name = graph.nodes[i].layer;
            name.resize(std::min(name.size(), name.find('#')));
            profile.nodes.push_back({.node = i, .ms = 1, .implementation = "kernel", .p10Ms = 1});
            profile.total.medianMs += 1;
            if (!graph.nodes[i].isBoundary()) {
                protocol::LayerResult& layer = result.layers.emplace_back();
                layer.name = graph.nodes[i].layer;
                layer.op = graph.nodes[i].op;
                layer.fp32_ms = 4;
                layer.variant_ms = 1;
                layer.peak_percent = 80;
                layer.qconfig = "onednn";
            }
        }
        profile.total.threads = 1;
    }

    protocol::LayerResult& layer(const std::string& name) {
        return *std::ranges::find(result.layers, name, &protocol::LayerResult::name);
    }
    NodeTime& time(const std::string& layer) {
        return *std::ranges::find_if(profile.nodes, [&](const NodeTime& row) {
            return graph.nodes[row.node].layer == layer && !graph.nodes[row.node].isBoundary();
        });
    }

    std::vector<protocol::Finding> found(const std::string& rule) const {
        LintInput input = makeLintInput(graph, profile, result);
        input.cpu = cpu;
        std::vector<protocol::Finding> found;
        for (const LintConcern concern : {LintConcern::Accuracy, LintConcern::Speed}) {
            std::ranges::copy_if(lint(input, concern), std::back_inserter(found),
                                 [&](const auto& finding) { return finding.rule == rule; });
        }
        return found;
    }
};

/// Three convolutions in integers, nothing to find.
Scene goodScene() {
    Scene scene;
    ValueId x = scene.builder.quantize(scene.builder.input({1, 16, 8, 8}), kGrid);
    for (const char* layer : {"a", "b", "c"}) {
        x = scene.conv(layer, x, {.in = 16, .out = 16});
    }
    scene.builder.output(scene.builder.dequantize(x));
    scene.measure();
    return scene;
}

/// A drop of 2.5 points that the samples can tell from 0, and what each layer makes of the outputs' error.
Scene lossyScene(const std::vector<double>& percents) {
    Scene scene = goodScene();
    scene.result.drop = protocol::MetricDrop{"top1", "%", 2.5, 1.5, 3.5, 1000, 30, 5, true};
    for (size_t i = 0; i < percents.size(); ++i) {
        scene.result.layers.at(i).output_error_percent = percents[i];
        scene.result.layers.at(i).local_sqnr_db = 12.25;
    }
    return scene;
}

/// By rule: a scene in which it finds something about the layer named.
struct Case {
    Scene scene;
    std::string layer;
};

std::map<std::string, Case (*)()> cases() {
    return {
        {"accuracy_drop",
         [] {
             return Case{lossyScene({3, 92, 5}), "b"};
         }},
        {"coarse_weights",
         [] {
             Scene scene = goodScene();
             QNode& node = *std::ranges::find_if(
                 scene.graph.nodes, [](const QNode& one) { return one.layer == "b" && one.weightInt; });
             const QParams& grid = *node.weightQParams;
             node.weightQParams = QParams{grid.dtype, -1, {1.0}, {0}, grid.quantMin, grid.quantMax};
             node.weightInt = node.weightInt->clamp(-40, 40);
             node.bias = at::arange(16, at::kFloat);
             return Case{std::move(scene), "b"};
         }},
        {"unfused_add",
         [] {
             Scene scene;
             const ValueId x = scene.builder.quantize(scene.builder.input({1, 16, 8, 8}), kGrid);
             scene.builder.output(scene.builder.dequantize(scene.plain("add", {x, x})));
             scene.measure();
             return Case{std::move(scene), "add"};
         }},
        {"float_island",
         [] {
             Scene scene;
             ValueId x = scene.builder.quantize(scene.builder.input({1, 16, 8, 8}), kGrid);
             x = scene.builder.dequantize(scene.conv("a", x, {.in = 16, .out = 16}));
             x = scene.plain("relu", {scene.conv("b", x, {.in = 16, .out = 16}, false)}, false);
             x = scene.conv("c", scene.builder.quantize(x, kGrid), {.in = 16, .out = 16});
             scene.builder.output(scene.builder.dequantize(x));
             scene.measure();
             return Case{std::move(scene), "b"};
         }},
        {"float_layer",
         [] {
             Scene scene;
             scene.builder.output(
                 scene.conv("a", scene.builder.input({1, 16, 8, 8}), {.in = 16, .out = 16}, false));
             scene.measure();
             return Case{std::move(scene), "a"};
         }},
        {"depthwise_memory",
         [] {
             Scene scene;
             const ValueId x = scene.builder.quantize(scene.builder.input({1, 16, 8, 8}), kGrid);
             scene.builder.output(
                 scene.builder.dequantize(scene.conv("a", x, {.in = 16, .out = 16, .groups = 16})));
             scene.measure();
             scene.layer("a").peak_percent = 3;
             return Case{std::move(scene), "a"};
         }},
        {"odd_channels",
         [] {
             Scene scene;
             ValueId x = scene.builder.quantize(scene.builder.input({1, 3, 8, 8}), kGrid);
             x = scene.conv("a", x, {.in = 3, .out = 16});
             scene.builder.output(scene.builder.dequantize(scene.conv("b", x, {.in = 16, .out = 17})));
             scene.measure();
             return Case{std::move(scene), "b"};
         }},
        {"requantizing_concat",
         [] {
             Scene scene;
             const ValueId image = scene.builder.input({1, 16, 8, 8});
             const ValueId x = scene.builder.quantize(image, kGrid);
             const ValueId y = scene.builder.quantize(image, activation(DType::UInt8, 0.2, 3));
             scene.builder.output(scene.builder.dequantize(scene.plain("cat", {x, y})));
             scene.measure();
             return Case{std::move(scene), "cat"};
         }},
        {"too_small_to_thread",
         [] {
             Scene scene = goodScene();
             scene.profile.total.threads = 2;
             scene.profile.total.medianMs = 0.05;
             scene.time("a").ms = 0.01;
             scene.time("b").ms = 0.011;
             return Case{std::move(scene), "b"};
         }},
        {"no_integer_kernel",
         [] {
             Scene scene = goodScene();
             scene.time("b").implementation = "reference";
             scene.time("b").refusals = {"its weight is no constant"};
             scene.layer("b").restore_ms = -0.4;
             return Case{std::move(scene), "b"};
         }},
        {"slower_than_fp32",
         [] {
             Scene scene = goodScene();
             scene.layer("c").fp32_ms = 0.5;
             return Case{std::move(scene), "c"};
         }},
        {"reorder",
         [] {
             Scene scene = goodScene();
             NodeTime reorder = scene.time("b");
             reorder.kind = NodeTime::Kind::Reorder;
             scene.profile.nodes.push_back(reorder);
             return Case{std::move(scene), "b"};
         }},
        {"no_vnni",
         [] {
             Scene scene = goodScene();
             scene.cpu = {.model = "old", .isa = "avx2", .hasVnni = false, .cores = 1};
             return Case{std::move(scene), ""};
         }},
    };
}

class EveryLintRule : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryLintRule, FindsWhatItIsFor) {
    const auto known = cases();
    const auto found = known.find(GetParam());
    ASSERT_NE(found, known.end()) << "a new rule needs a scene here";
    const Case example = found->second();
    const auto findings = example.scene.found(GetParam());
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].layer, example.layer);
    for (const std::string& text : {findings[0].message, findings[0].remedy}) {
        const std::string filled = fillIn(text, findings[0].arguments);
        EXPECT_FALSE(filled.empty());
        EXPECT_FALSE(filled.find("%1") != std::string::npos || filled.find("%2") != std::string::npos)
            << filled;
    }
}

TEST_P(EveryLintRule, IsSilentWhereAllIsWell) {
    EXPECT_TRUE(goodScene().found(GetParam()).empty());
}

INSTANTIATE_TEST_SUITE_P(Rules, EveryLintRule, ::testing::ValuesIn(lintRules().names()),
                         [](const auto& info) { return info.param; });

TEST(Linter, DoesNotCallADisturbedRunSlow) {
    Scene scene = goodScene();
    scene.layer("c").fp32_ms = 0.5;
    scene.time("c").p10Ms = 0.4;
    EXPECT_TRUE(scene.found("slower_than_fp32").empty());
}

TEST(Linter, PutsTheGreatestSavingFirst) {
    Scene scene = goodScene();
    for (const auto& [layer, restoring] : std::map<std::string, double>{{"a", -0.2}, {"b", -0.7}}) {
        scene.time(layer).implementation = "reference";
        scene.layer(layer).restore_ms = restoring;
    }
    const auto findings = scene.found("no_integer_kernel");
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].layer, "b");
    EXPECT_DOUBLE_EQ(*findings[0].saving_ms, 0.7);
}

TEST(Linter, FillsInArguments) {
    EXPECT_EQ(fillIn("%2 is %1 %, %1", {"a", "b%1"}), "b%1 is a %, a");
    EXPECT_EQ(fillIn("100 %", {}), "100 %");
}

TEST(FloatLayer, OfAnOpWithoutIntegerFormIsNotBlamedOnWhatPrecedesIt) {
    Scene scene;
    const ValueId x = scene.builder.input({1, 16, 8, 8});
    const ValueId y = scene.plain("aten::lstm", {x}, false);
    scene.builder.output(scene.plain("add", {y, y}, false));
    scene.measure();
    scene.time("aten::lstm").ms = 3;
    const auto findings = scene.found("float_layer");
    ASSERT_EQ(findings.size(), 2U);
    const auto remedyFor = [&](const std::string& layer) {
        return std::ranges::find(findings, layer, &protocol::Finding::layer)->remedy;
    };
    EXPECT_NE(remedyFor("aten::lstm").find("No preset quantizes this op"), std::string::npos);
    EXPECT_NE(remedyFor("add").find("quantize what precedes it"), std::string::npos);
    const auto recurrent = std::ranges::find(findings, "aten::lstm", &protocol::Finding::layer);
    EXPECT_EQ(recurrent->arguments.back(), lintPercent(100 * 3.0 / scene.profile.total.medianMs));
}

TEST(AccuracyDrop, ARealOneNamesTheLayersThatMakeIt) {
    Scene scene = lossyScene({3, 62, 35});
    scene.result.layers[2].restore_ms = 0.25;
    const auto findings = scene.found("accuracy_drop");
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].layer, scene.result.layers[1].name);
    EXPECT_EQ(fillIn(findings[0].message, findings[0].arguments),
              scene.result.layers[1].name +
                  " makes 62 % of the error at the outputs, which costs 2.5 % in all. Quantized alone it has "
                  "12.3 dB.");
    EXPECT_EQ(findings[1].layer, scene.result.layers[2].name);
    EXPECT_NE(fillIn(findings[1].remedy, findings[1].arguments).find("which takes 0.250 ms"),
              std::string::npos);
}

TEST(AccuracyDrop, WithoutAGuiltyLayerAllOfThemAreNamed) {
    const Scene scene = lossyScene({19, 15, 14});
    const auto findings = scene.found("accuracy_drop");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].layer, "");
    EXPECT_EQ(findings[0].arguments.at(0), "2.5 %");
    EXPECT_EQ(findings[0].arguments.at(3), scene.result.layers[0].name);
}

TEST(AccuracyDrop, OneThatMayBeNoneIsNoFinding) {
    Scene scene = lossyScene({3, 62, 35});
    scene.result.drop->distinguishable = false;
    EXPECT_TRUE(scene.found("accuracy_drop").empty());
    scene.result.drop->distinguishable.reset();
    EXPECT_FALSE(scene.found("accuracy_drop").empty()) << "2.5 points without an interval";
    scene.result.drop->value = 0.25;
    EXPECT_TRUE(scene.found("accuracy_drop").empty());
    scene.result.drop.reset();
    EXPECT_TRUE(scene.found("accuracy_drop").empty());
}

TEST(AccuracyDrop, StandsBeforeWhatIsSaidOfSpeed) {
    Scene scene = lossyScene({3, 62, 35});
    std::vector<protocol::Finding> findings{{.rule = "unfused_add"},
                                            {.rule = "accuracy_drop", .layer = "old"}};
    LintInput input = makeLintInput(scene.graph, scene.profile, scene.result);
    replaceFindings(input, LintConcern::Accuracy, findings);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].layer, scene.result.layers[1].name);
    EXPECT_EQ(findings[2].rule, "unfused_add");
}

}  // namespace

}  // namespace qs::test
