#include "runtime/networks.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <map>

#include "runtime/agreement.h"
#include "runtime/reference/node.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

QuantizedGraph residualNetwork(std::mt19937& random) {
    const QParams image = activation(DType::UInt8, 0.016, 124), a = activation(DType::UInt8, 0.05, 0),
                  b = activation(DType::UInt8, 0.2, 31), c = activation(DType::UInt8, 0.3, 0),
                  d = activation(DType::Int8, 0.3, -5);
    QuantizedGraphBuilder g;
    const ValueId x = g.quantize(g.input({1, 3, 32, 32}), image);
    const ValueId stem =
        g.add(randomConv2d({.in = 3, .out = 16, .stride = 2, .activation = relu()}, random, image), {x}, a);
    const ValueId pooled = g.add(poolNode("max_pool2d", 3, 2, 1), {stem}, a);
    const ValueId first =
        g.add(randomConv2d({.in = 16, .out = 16, .activation = relu()}, random, a), {pooled}, b);
    const ValueId dying =
        g.add(randomConv2d({.in = 16, .out = 16, .activation = relu(), .hasAdd = true}, random, b),
              {first, pooled}, c);
    const ValueId copied =
        g.add(randomConv2d({.in = 16, .out = 16, .activation = relu(), .hasAdd = true}, random, c),
              {dying, dying}, c);
    const ValueId itself =
        g.add(randomConv2d({.in = 16, .out = 16, .activation = relu(), .hasAdd = true}, random, c),
              {copied, copied}, c);
    const ValueId living =
        g.add(randomConv2d({.in = 16, .out = 16, .kernel = 1, .padding = 0, .hasAdd = true}, random, c),
              {itself, dying}, d);
    const ValueId sum = g.add(plainNode("add"), {living, dying}, c);
    QNode average = plainNode("adaptive_avg_pool2d");
    average.attrs.set("output_size", std::vector<int64_t>{2, 2});
    QNode flatten = plainNode("flatten");
    flatten.attrs.set("start_dim", int64_t{1});
    flatten.attrs.set("end_dim", int64_t{-1});
    const ValueId flat = g.add(flatten, {g.add(average, {sum}, c)}, c);
    const ValueId logits = g.add(randomLinear({.in = 64, .out = 10}, random, c), {flat}, d);
    g.output(g.dequantize(logits));
    g.output(g.dequantize(sum));
    QuantizedGraph graph = g.take();
    for (QNode& node : graph.nodes) {
        if (node.hasAdd) {
            node.preAdd = activation(DType::UInt8, 0.3731, 131);  // no ties with the other scales
        }
    }
    return graph;
}

std::vector<at::Tensor> runRoundingBeforeAdd(const QuantizedGraph& graph, const QNode& node,
                                             std::span<const at::Tensor> inputs) {
    if (!node.hasAdd || !node.preAdd) {
        return runReferenceNode(graph, node, inputs);
    }
    QuantizedGraph parts = graph;
    const ValueId between{static_cast<int32_t>(parts.values.size())};
    parts.values.push_back({between, "between", {}, node.preAdd});
    QNode product = node, sum = plainNode("add");
    product.hasAdd = false;
    product.activation = {};
    product.inputs = {node.inputs[0]};
    product.outputs = {between};
    sum.inputs = {between, node.inputs[1]};
    sum.outputs = node.outputs;
    sum.activation = node.activation;
    const at::Tensor first = runReferenceNode(parts, product, inputs.first(1)).at(0);
    return runReferenceNode(parts, sum, std::vector{first, inputs[1]});
}

void expectEveryStepMatches(Executor& executor, std::span<const at::Tensor> inputs, double exactShare,
                            const Reference& reference) {
    const QuantizedGraph& graph = executor.graph();
    std::map<ValueId, at::Tensor> values;
    for (size_t i = 0; i < inputs.size(); ++i) {
        values[graph.inputs[i]] = inputs[i];
    }
    std::vector<size_t> order;
    const auto outputs = executor.run(inputs, [&](size_t node, std::span<const at::Tensor> produced) {
        order.push_back(node);
        for (size_t i = 0; i < produced.size(); ++i) {
            values[graph.nodes[node].outputs[i]] = produced[i].clone();
        }
    });
    ASSERT_TRUE(outputs) << outputs.error().message;
    ASSERT_EQ(order.size(), graph.nodes.size());
    for (const QNode& node : graph.nodes) {
        std::vector<at::Tensor> read;
        for (const ValueId id : node.inputs) {
            read.push_back(values.at(id));
        }
        const at::Tensor expected = reference(graph, node, read)[0], &actual = values.at(node.outputs[0]);
        ASSERT_EQ(expected.sizes(), actual.sizes()) << node.layer;
        if (expected.scalar_type() == at::kFloat) {
            EXPECT_TRUE(at::equal(expected, actual)) << node.layer;
        } else {
            Agreement agreement;
            agreement.add(expected, actual);
            EXPECT_GE(agreement.within1Share(), 0.999) << node.layer;
            EXPECT_GE(agreement.exactShare(), exactShare) << node.layer;
        }
    }
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        EXPECT_TRUE(outputs->at(i).is_contiguous());
        EXPECT_TRUE(at::equal(outputs->at(i), values.at(graph.outputs[i])));
    }
}

OneStep oneStep(QNode node, const std::vector<StepInput>& inputs, const std::optional<QParams>& y,
                std::mt19937& random) {
    QuantizedGraphBuilder b;
    OneStep step;
    std::vector<ValueId> ids;
    for (const auto& [shape, qparams] : inputs) {
        const ValueId x = b.input(shape);
        ids.push_back(qparams ? b.quantize(x, *qparams) : x);
        step.networkInputs.push_back(randomFloats(shape, random, -2, 2));
        step.inputs.push_back(qparams ? randomIntegers(shape, random, *qparams) : step.networkInputs.back());
    }
    step.node = b.graph().nodes.size();
    const ValueId result = b.add(std::move(node), ids, y);
    b.output(y ? b.dequantize(result) : result);
    step.graph = b.take();
    return step;
}

}  // namespace qs::test
