#include "comparison/bare_primitives.h"

#include <gtest/gtest.h>

#include "support/export_graphs.h"

namespace qs::test {
namespace {

/// Shapes of all values, as the builder knows them.
std::vector<Shape> shapesOf(const QuantizedGraph& graph) {
    std::vector<Shape> shapes;
    for (const QValue& value : graph.values) {
        shapes.push_back(value.shape);
    }
    return shapes;
}

/// One layer of each kind between boundaries, or all in float.
QuantizedGraph everyKind(bool integer) {
    QuantizedGraphBuilder net;
    ValueId x = net.input("x", {2, 8, 10, 12});
    x = integer ? net.quantize("x", x) : x;
    x = net.conv2d("dense", x, {.outputs = 16, .stride = 2});
    x = net.conv2d("depthwise", x, {.outputs = 16, .groups = 16, .activation = relu});
    x = net.convTranspose2d("up", x, {.outputs = 8, .stride = 2, .perChannel = false});
    x = net.convTranspose2d("same", x, {.outputs = 8, .groups = 2, .perChannel = false});
    x = net.linear("rows", x, {.outputs = 5});
    x = integer ? net.dequantize("rows", x) : x;
    net.output("y", x);
    return net.graph();
}

TEST(BarePrimitives, EveryWeightedLayerHasOneAndNothingElse) {
    for (const bool integer : {true, false}) {
        const QuantizedGraph graph = everyKind(integer);
        BarePrimitives primitives(graph, shapesOf(graph));
        EXPECT_EQ(primitives.count(), 5U) << (integer ? "integer" : "float");
        EXPECT_NO_THROW(primitives.run());
        EXPECT_NO_THROW(primitives.run());
    }
}

}  // namespace
}  // namespace qs::test
