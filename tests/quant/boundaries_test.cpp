#include "quant/boundaries.h"

#include <gtest/gtest.h>

#include <random>

#include "quant/networks.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

/// By value of the float graph.
using Steps = std::set<std::pair<std::string, std::string>>;

Steps stepsOf(const PreparedModel& model) {
    Steps steps;
    for (const Boundary& boundary : boundariesOf(model)) {
        steps.emplace(model.graph.value(boundary.value).name, boundary.op);
    }
    return steps;
}

Steps stepsIn(const QuantizedGraph& converted, const Graph& graph) {
    Steps steps;
    for (const QNode& node : converted.nodes) {
        if (node.isBoundary()) {
            steps.emplace(graph.value(converted.value(node.inputs[0]).real).name, node.op);
        }
    }
    return steps;
}

TEST(Boundaries, AreThoseThatConvertPlaces) {
    const Graph graph = smallNetwork();
    StripesData data(8);
    std::vector<std::string> layers;
    for (const FusionGroup& group : prepared(graph, "onednn").groups) {
        layers.push_back(graph.node(group.primary).name);
    }
    std::set<std::string> ops;
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::vector<Rule> rules{{RuleMatch::Global, "", "onednn"}};
        for (const std::string& layer : layers) {
            if (const auto choice = random() % 4; choice < 2) {
                rules.push_back({RuleMatch::Layer, layer, choice == 0 ? "fp32" : "tensorrt"});
            }
        }
        const auto model = test::prepareGraph(graph, RuleSet::make(rules).value());
        ASSERT_TRUE(model) << model.error().message;
        Job job;
        const auto calibration = calibrate(*model, data, 0, 8, job);
        ASSERT_TRUE(calibration) << calibration.error().message;
        const auto converted = convert(*model, *calibration);
        ASSERT_TRUE(converted) << converted.error().message;
        const Steps expected = stepsIn(*converted, graph);
        EXPECT_EQ(stepsOf(*model), expected);
        for (const auto& step : expected) {
            ops.insert(step.second);
        }
    }
    EXPECT_EQ(ops, (std::set<std::string>{"dequantize", "quantize", "requantize"}));
}

}  // namespace

}  // namespace qs::test
