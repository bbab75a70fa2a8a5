#include "support/traced_net.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "graph/parse_graph.h"
#include "ops/evaluate.h"
#include "ops/opaque.h"

namespace qs::test {

at::Tensor TracedNet::random(const Shape& shape) {
    return at::randn(shape, at::detail::createCPUGenerator(seed_++));
}

TracedNet::TracedNet(std::string_view text) {
    auto parsed = parseGraph(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    if (!parsed) {
        return;
    }
    graph = std::move(*parsed);
    for (const ValueId input : graph.inputs()) {
        addSample(input);
    }
    for (const Node& node : graph.nodes()) {
        const auto results = run(node.op, node.attrs, node.inputs);
        for (size_t i = 0; i < results.size(); ++i) {
            adopt(node.outputs.at(i), results[i]);
        }
    }
}

void TracedNet::addSample(ValueId input) {
    inputs_.push_back(random(graph.value(input).shape));
    samples_[input] = inputs_.back();
}

ValueId TracedNet::input(const Shape& shape) {
    const ValueId id = graph.addInput("input" + std::to_string(graph.inputs().size()));
    graph.value(id).shape = shape;
    addSample(id);
    return id;
}

ValueId TracedNet::constant(const Shape& shape) {
    return constant(random(shape));
}

std::vector<at::Tensor> TracedNet::run(const std::string& op, const Attributes& attrs,
                                       const std::vector<ValueId>& inputs) const {
    std::vector<at::Tensor> tensors;
    for (const ValueId id : inputs) {
        tensors.push_back(graph.value(id).constant ? graph.constant(id) : samples_.at(id));
    }
    return runFloat(op, attrs, tensors);
}

void TracedNet::adopt(ValueId output, const at::Tensor& result) {
    samples_[output] = result;
    graph.value(output).shape = result.sizes().vec();
    graph.value(output).dtype = result.scalar_type();
}

ValueId TracedNet::append(const std::string& name, OpenedOp opened, const std::string& scope) {
    const auto results = run(name, opened.attrs, opened.inputs);
    const std::string layer = graph.uniqueNodeName(scope + "/" + name);
    std::vector<std::string> names;
    for (size_t i = 0; i < results.size(); ++i) {
        names.push_back(layer + ":" + std::to_string(i));
    }
    const NodeId id = graph.addNode(name, layer, std::move(opened.attrs), std::move(opened.inputs), names);
    graph.node(id).scope = scope;
    for (size_t i = 0; i < results.size(); ++i) {
        adopt(graph.node(id).outputs[i], results[i]);
    }
    return graph.node(id).outputs.at(0);
}

ValueId TracedNet::op(const std::string& name, Attributes attrs, std::vector<ValueId> inputs,
                      const std::string& scope) {
    return append(name, {std::move(attrs), std::move(inputs)}, scope);
}

ValueId TracedNet::carried(const std::string& name, std::vector<AtenArg> args, const std::string& scope) {
    for (AtenArg& arg : args) {
        if (arg.constant.isTensor() && arg.constant.toTensor().defined()) {
            arg = tensor(constant(arg.constant.toTensor()));
        }
    }
    const size_t dot = name.find('.');
    const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
    return append(name.substr(0, dot), openOpaque(overload, args), scope);
}

ValueId TracedNet::conv2d(ValueId x, int64_t outputs, bool bias, const std::string& scope) {
    const int64_t channels = graph.value(x).shape.at(1);
    std::vector<ValueId> inputs{x, constant(Shape{outputs, channels, 3, 3})};
    if (bias) {
        inputs.push_back(constant(Shape{outputs}));
    }
    const std::vector<int64_t> one{1, 1};
    return op("conv2d",
              attributes({{"stride", one}, {"padding", one}, {"dilation", one}, {"groups", int64_t{1}}}),
              std::move(inputs), scope);
}

ValueId TracedNet::output(ValueId value) {
    graph.addOutput(value, "output" + std::to_string(graph.outputs().size()));
    return value;
}

std::vector<at::Tensor> TracedNet::results() const {
    auto results = evaluate(graph, inputs_);
    EXPECT_TRUE(results) << results.error().message;
    return results ? *results : std::vector<at::Tensor>();
}

std::vector<std::string> TracedNet::opNames() const {
    std::vector<std::string> names;
    for (const auto& node : graph.nodes()) {
        names.push_back(node.op);
    }
    return names;
}

Attributes attributes(std::initializer_list<std::pair<std::string, Attribute>> list) {
    Attributes attrs;
    for (const auto& [name, value] : list) {
        attrs.set(name, value);
    }
    return attrs;
}

}  // namespace qs::test
