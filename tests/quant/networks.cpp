#include "quant/networks.h"
#include "support/prepared.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace qs::test {

namespace {

class Builder {
  public:
    explicit Builder(uint64_t seed) : random_(at::detail::createCPUGenerator(seed)) {}

    ValueId convBn(const std::string& name, ValueId x, int64_t in, int64_t out, int64_t groups = 1) {
        Attributes attrs;
        for (const char* pair : {"stride", "padding", "dilation"}) {
            attrs.set(pair, std::vector<int64_t>{1, 1});
        }
        attrs.set("groups", groups);
        const ValueId weight = constant(name + ".weight", normal({out, in / groups, 3, 3}) * 0.4);
        const ValueId y = node("conv2d", name, std::move(attrs), {x, weight});
        Attributes bn;
        bn.set("eps", 1e-5);
        const std::string norm = name + "_bn";
        return node(
            "batch_norm", norm, std::move(bn),
            {y, constant(norm + ".weight", uniform(out) + 0.5), constant(norm + ".bias", normal({out}) * 0.2),
             constant(norm + ".running_mean", normal({out}) * 0.3),
             constant(norm + ".running_var", uniform(out) * 2.0 + 0.3)});
    }

    ValueId node(const std::string& op, const std::string& name, Attributes attrs,
                 std::vector<ValueId> inputs) {
        return graph.node(graph.addNode(op, name, std::move(attrs), std::move(inputs), {name + ".out"}))
            .outputs[0];
    }

    ValueId constant(const std::string& name, const at::Tensor& value) {
        return graph.addConstant(name, value);
    }
    at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, random_); }
    at::Tensor uniform(int64_t n) { return at::rand({n}, random_); }

    Graph graph;

  private:
    at::Generator random_;
};

Attributes window(int64_t extent) {
    Attributes attrs;
    attrs.set("kernel", std::vector<int64_t>{extent, extent});
    attrs.set("stride", std::vector<int64_t>{extent, extent});
    attrs.set("padding", std::vector<int64_t>{0, 0});
    attrs.set("dilation", std::vector<int64_t>{1, 1});
    attrs.set("ceil_mode", false);
    return attrs;
}

}  // namespace

Graph smallNetwork(uint64_t seed) {
    Builder b(seed);
    const ValueId x = b.graph.addInput("image");
    const ValueId first = b.node("relu", "relu1", {}, {b.convBn("conv1", x, 2, 8)});
    const ValueId second = b.convBn("conv2", first, 8, 8);
    const ValueId sum = b.node("relu", "relu2", {}, {b.node("add", "add", {}, {second, first})});
    const ValueId pooled = b.node("max_pool2d", "pool", window(2), {sum});
    Attributes relu6;
    relu6.set("min", 0.0);
    relu6.set("max", 6.0);
    const ValueId depthwise = b.node("clip", "relu6", std::move(relu6), {b.convBn("dw", pooled, 8, 8, 8)});
    Attributes one;
    one.set("output_size", std::vector<int64_t>{1, 1});
    const ValueId average = b.node("adaptive_avg_pool2d", "avg", std::move(one), {depthwise});
    Attributes flat;
    flat.set("start_dim", int64_t{1});
    flat.set("end_dim", int64_t{-1});
    const ValueId features = b.node("flatten", "flatten", std::move(flat), {average});
    const ValueId logits = b.node("linear", "fc", {},
                                  {features, b.constant("fc.weight", b.normal({3, 8}) * 0.5),
                                   b.constant("fc.bias", b.normal({3}) * 0.1)});
    b.graph.addOutput(logits, "logits");
    return std::move(b.graph);
}

PreparedModel prepared(Graph graph, const std::string& preset, const std::vector<std::string>& restored) {
    std::vector<Rule> rules{{RuleMatch::Global, "", preset}};
    for (const auto& layer : restored) {
        rules.push_back({RuleMatch::Layer, layer, "fp32"});
    }
    auto model = test::prepareGraph(std::move(graph), RuleSet::make(rules).value());
    EXPECT_TRUE(model) << model.error().message;
    return std::move(model).value();
}

StripesData::StripesData(int64_t size, uint64_t seed, bool labelled) : labelled_(labelled) {
    auto random = at::detail::createCPUGenerator(seed);
    images_ = at::randn({size, 2, 8, 8}, random) * 0.5;
    labels_ = at::empty({size}, at::kLong);
    for (int64_t i = 0; i < size; ++i) {
        const int64_t label = i % 3;
        labels_.data_ptr<int64_t>()[i] = label;
        if (label < 2) {
            images_[i].slice(label + 1, 0, 8, 2).add_(1.5);
        }
    }
}

Result<Batch> StripesData::readSamples(std::span<const int64_t> indices) const {
    const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()));
    return Batch{{images_.index_select(0, rows)}, labelled_ ? labels_.index_select(0, rows) : at::Tensor()};
}

}  // namespace qs::test
