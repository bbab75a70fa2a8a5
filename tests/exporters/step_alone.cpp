#include "exporters/step_alone.h"

#include "ops/quantize.h"

namespace qs::test {

namespace {

ValueId addValue(QuantizedGraph& graph, QValue value) {
    value.id = {static_cast<int32_t>(graph.values.size())};
    graph.values.push_back(value);
    return value.id;
}

QNode boundary(const char* op, const std::string& layer, ValueId from, ValueId to) {
    QNode node;
    node.op = op;
    node.layer = layer;
    node.inputs = {from};
    node.outputs = {to};
    return node;
}

}  // namespace

StepAlone stepAlone(const QuantizedGraph& graph, size_t node, const std::vector<at::Tensor>& values) {
    StepAlone alone;
    QNode step = graph.nodes.at(node);
    for (ValueId& input : step.inputs) {
        QValue real = graph.value(input);
        alone.inputs.push_back(dequantize(values.at(static_cast<size_t>(input.index)), *real.qparams));
        input = addValue(alone.graph, real);
        real.qparams.reset();
        real.name += "_real";
        alone.graph.inputs.push_back(addValue(alone.graph, real));
        alone.graph.inputNames.push_back(real.name);
        alone.graph.nodes.push_back(boundary("quantize", step.layer, alone.graph.inputs.back(), input));
    }
    std::vector<QNode> behind;
    for (ValueId& output : step.outputs) {
        QValue real = graph.value(output);
        output = addValue(alone.graph, real);
        real.qparams.reset();
        real.name += "_real";
        alone.graph.outputs.push_back(addValue(alone.graph, real));
        alone.graph.outputNames.push_back(real.name);
        behind.push_back(boundary("dequantize", step.layer, output, alone.graph.outputs.back()));
    }
    alone.graph.nodes.push_back(std::move(step));
    alone.graph.nodes.insert(alone.graph.nodes.end(), behind.begin(), behind.end());
    return alone;
}

}  // namespace qs::test
