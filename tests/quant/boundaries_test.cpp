#include "quant/boundaries.h"

#include <gtest/gtest.h>

#include <random>

#include "quant/networks.h"

namespace qs::test {

namespace {

std::set<std::pair<std::string, bool>> namesOf(const PreparedModel& model) {
    std::set<std::pair<std::string, bool>> names;
    for (const Boundary& boundary : boundariesOf(model)) {
        names.emplace(model.graph.value(boundary.value).name, boundary.quantizes);
    }
    return names;
}

std::set<std::pair<std::string, bool>> namesIn(const QuantizedGraph& graph) {
    std::set<std::pair<std::string, bool>> names;
    for (const QNode& node : graph.nodes) {
        if (node.isBoundary()) {
            names.emplace(graph.value(node.inputs[0]).name, node.op == "quantize");
        }
    }
    return names;
}

TEST(Boundaries, AreThoseThatConvertPlaces) {
    const Graph graph = smallNetwork();
    StripesData data(8);
    std::vector<std::string> layers;
    for (const FusionGroup& group : prepared(graph, "onednn").groups) {
        layers.push_back(graph.node(group.primary).name);
    }
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::vector<std::string> restored;
        for (const std::string& layer : layers) {
            if (random() % 3 == 0) {
                restored.push_back(layer);
            }
        }
        const PreparedModel model = prepared(graph, "onednn", restored);
        Job job;
        const auto calibration = calibrate(model, data, 0, 8, job);
        ASSERT_TRUE(calibration) << calibration.error().message;
        const auto converted = convert(model, *calibration);
        ASSERT_TRUE(converted) << converted.error().message;
        EXPECT_EQ(namesOf(model), namesIn(*converted));
    }
}

}  // namespace

}  // namespace qs::test
