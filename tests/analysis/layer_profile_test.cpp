#include "analysis/layer_profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

/// input -> (quantize ->) conv "a" -> conv "b" (-> dequantize), named as a model would name them.
QuantizedGraph network(bool integer) {
    std::mt19937 random(1);
    const QParams grid = activation(DType::UInt8, 0.1, 3);
    QuantizedGraphBuilder b;
    ValueId x = b.input({1, 8, 4, 4});
    x = integer ? b.quantize(x, grid) : x;
    for (const char* layer : {"a", "b"}) {
        QNode conv = randomConv2d({}, random, integer ? std::optional(grid) : std::nullopt);
        conv.layer = layer;
        x = b.add(conv, {x}, integer ? std::optional(grid) : std::nullopt);
    }
    b.output(integer ? b.dequantize(x) : x);
    QuantizedGraph graph = b.take();
    for (QNode& node : graph.nodes) {
        node.layer.resize(std::min(node.layer.size(), node.layer.find('#')));
    }
    return graph;
}

NodeTime row(size_t node, double ms, NodeTime::Kind kind = NodeTime::Kind::Step) {
    NodeTime time{.node = node, .ms = ms, .implementation = "impl", .kind = kind};
    time.p10Ms = 0.9 * ms;
    time.p90Ms = 1.2 * ms;
    time.bytes = 1000;
    return time;
}

class LayerProfile : public ::testing::Test {
  protected:
    LayerProfile() {
        floatProfile.nodes = {row(0, 0.5, NodeTime::Kind::Reorder), row(0, 3), row(1, 4)};
        integerProfile.nodes = {row(0, 0.1), row(1, 1), row(2, 0.2, NodeTime::Kind::Reorder), row(2, 2),
                                row(3, 0.3)};
        integerProfile.nodes[3].implementation = "reference";
        integerProfile.nodes[3].refusals = {"no"};
        integerProfile.total.medianMs = 3.7;
        integerProfile.otherMs = 0.05;
        integerProfile.overheadMs = 0.01;
        integerProfile.plan = {.arenaBytes = 640, .liveBytes = 600, .prepareMs = 5};
        for (const char* name : {"a", "b"}) {
            protocol::LayerResult& layer = result.layers.emplace_back();
            layer.name = name;
            layer.macs = 1000000;
            layer.precision = "int8";
        }
        writeLayerProfile({real, floatProfile}, {integer, integerProfile},
                          {.int8GmacsPerSecond = 10,
                           .fp32GmacsPerSecond = 2,
                           .memoryGbPerSecond = 1,
                           .cacheGbPerSecond = 20,
                           .cacheBytes = 500,
                           .threads = 1},
                          2, result);
    }

    QuantizedGraph real = network(false), integer = network(true);
    Profile floatProfile, integerProfile;
    protocol::VariantResult result;
};

TEST_F(LayerProfile, GivesEachLayerItsTimesInBothPrecisions) {
    EXPECT_DOUBLE_EQ(*result.layers[0].fp32_ms, 3.5) << "with the reorder that it wants";
    EXPECT_DOUBLE_EQ(*result.layers[0].variant_ms, 1);
    EXPECT_DOUBLE_EQ(*result.layers[1].variant_ms, 2) << "the reorder has a row of its own";
    EXPECT_NEAR(*result.layers[0].variant_spread_ms, 0.3, 1e-9);
    EXPECT_EQ(result.layers[1].implementation, "reference");
    EXPECT_EQ(result.layers[1].refusals, std::vector<std::string>{"no"});
}

TEST_F(LayerProfile, PlacesLayersOnTheRoofline) {
    // A million MACs of two samples in one millisecond; memory: 1000 bytes past a cache of 500.
    EXPECT_DOUBLE_EQ(*result.layers[0].gmacs_per_s, 2);
    EXPECT_DOUBLE_EQ(*result.layers[0].peak_percent, 20);
    EXPECT_EQ(result.layers[0].bound, "compute") << "0.2 ms of arithmetic, 0.001 ms of memory";
    protocol::VariantResult few = result;
    few.layers[0].macs = 10;
    writeLayerProfile({real, floatProfile}, {integer, integerProfile},
                      {.int8GmacsPerSecond = 10, .memoryGbPerSecond = 1, .cacheGbPerSecond = 20}, 1, few);
    EXPECT_EQ(few.layers[0].bound, "memory");
}

TEST_F(LayerProfile, GivesBoundariesRowsAndAddsUp) {
    ASSERT_EQ(result.boundaries.size(), 3U);
    EXPECT_EQ(result.boundaries[1].op, "reorder");
    EXPECT_EQ(result.boundaries[1].name, "reorder b");
    const protocol::ProfileSummary& summary = result.profile.value();
    EXPECT_DOUBLE_EQ(summary.layers_ms, 3);
    EXPECT_DOUBLE_EQ(summary.boundaries_ms, 0.6);
    EXPECT_DOUBLE_EQ(summary.layers_ms + summary.boundaries_ms + summary.other_ms, 3.65);
    EXPECT_EQ(summary.quantizes, 1);
    EXPECT_EQ(summary.dequantizes, 1);
    EXPECT_EQ(summary.reorders, 1);
    EXPECT_EQ(summary.arena_bytes, 640);
    EXPECT_DOUBLE_EQ(summary.prepare_ms, 5);
    EXPECT_EQ(result.peaks->threads, 1);
}

TEST_F(LayerProfile, CountsRequantizeStepsAmongTheBoundaries) {
    QuantizedGraph changed = integer;
    changed.nodes[0].op = "requantize";
    writeLayerProfile({real, floatProfile}, {changed, integerProfile}, {}, 1, result);
    EXPECT_EQ(result.boundaries[0].op, "requantize");
    EXPECT_EQ(result.profile->requantizes, 1);
    EXPECT_EQ(result.profile->quantizes, 0);
    EXPECT_DOUBLE_EQ(result.profile->boundaries_ms, 0.6);
}

}  // namespace

}  // namespace qs::test
