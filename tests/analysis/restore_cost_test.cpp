#include "analysis/restore_cost.h"

#include <gtest/gtest.h>

#include <functional>

#include "quant/networks.h"

namespace qs::test {

namespace {

double textNumber(const std::string& text) {
    return static_cast<double>(std::hash<std::string>()(text) % 1000) / 1000;
}

/// An invented time of a step, the same for the same step in every network.
double stepMs(const QuantizedGraph& graph, const QNode& node) {
    if (node.isBoundary()) {
        const Shape& shape = graph.value(node.inputs[0]).shape;
        double count = 1;
        for (const int64_t extent : shape) {
            count *= static_cast<double>(extent);
        }
        return (node.op == "quantize" ? 2e-3 : 1e-3) * count;
    }
    return textNumber(node.layer) * (graph.isInteger(node) ? 1 : 3.5);
}

Profile inventedProfile(const QuantizedGraph& graph) {
    Profile profile;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        NodeTime& time = profile.nodes.emplace_back();
        time.node = i;
        time.ms = stepMs(graph, graph.nodes[i]);
    }
    return profile;
}

double totalMs(const QuantizedGraph& graph) {
    double ms = 0;
    for (const QNode& node : graph.nodes) {
        ms += stepMs(graph, node);
    }
    return ms;
}

constexpr int64_t kBatch = 2;

/// Shapes that tell values apart; nothing is run at them.
Graph shapedNetwork() {
    Graph network = smallNetwork();
    for (const Value& value : network.values()) {
        if (!value.constant) {
            network.value(value.id).shape = {kBatch, value.id.index + 1};
        }
    }
    return network;
}

QuantizedGraph converted(const PreparedModel& model) {
    StripesData data(8);
    Job job;
    return convert(model, calibrate(model, data, 0, 8, job).value()).value();
}

/// What is predicted for a layer must be the difference of the two networks, summed up step by step.
void expectDifferences(const std::vector<std::string>& restored) {
    const Graph network = shapedNetwork();
    const PreparedModel model = prepared(network, "onednn", restored);
    std::vector<Rule> list{{RuleMatch::Global, "", "onednn"}};
    for (const std::string& layer : restored) {
        list.push_back({RuleMatch::Layer, layer, "fp32"});
    }
    const RuleSet rules = RuleSet::make(list).value();
    const QuantizedGraph integer = converted(model), real = convertFloat(network).value();
    const Profile integerProfile = inventedProfile(integer), floatProfile = inventedProfile(real);
    const auto costs = predictRestoreCosts({model, rules, real, floatProfile, integer, integerProfile, kBatch,
                                            [](bool quantizes, int64_t count) {
                                                return (quantizes ? 2e-3 : 1e-3) * static_cast<double>(count);
                                            }});
    ASSERT_TRUE(costs) << costs.error().message;
    size_t integers = 0;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const std::string layer = network.node(model.groups[i].primary).name;
        EXPECT_EQ(costs->contains(layer), model.integer[i]) << layer;
        if (!model.integer[i]) {
            continue;
        }
        ++integers;
        std::vector<std::string> more = restored;
        more.push_back(layer);
        const double difference = totalMs(converted(prepared(network, "onednn", more))) - totalMs(integer);
        EXPECT_NEAR(costs->at(layer), difference, 1e-9) << layer;
    }
    EXPECT_GT(integers, 2U);
}

TEST(RestoreCost, IsTheDifferenceOfTheTwoNetworks) {
    expectDifferences({});
}

TEST(RestoreCost, IsLessWhereANeighbourIsFloatAlready) {
    const Graph network = shapedNetwork();
    const PreparedModel model = prepared(network, "onednn");
    for (const size_t group : {size_t{0}, size_t{1}, model.groups.size() - 1}) {
        expectDifferences({network.node(model.groups[group].primary).name});
    }
}

}  // namespace

}  // namespace qs::test
