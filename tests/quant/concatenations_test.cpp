#include "quant/ptq/concatenations.h"

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "quant/networks.h"

namespace qs::test {

namespace {

/// Layers of one input, and concatenations of what they make.
struct Layers {
    Graph graph;
    ValueId x = graph.addInput("x");

    Layers() { graph.value(x).shape = {1, 4}; }

    ValueId linear(const std::string& name) {
        const ValueId weight = graph.addConstant(name + ".weight", at::ones({4, 4}));
        return add("linear", name, {}, {x, weight}, 4);
    }
    ValueId cat(const std::string& name, std::vector<ValueId> parts) {
        Attributes attrs;
        attrs.set("dim", int64_t{1});
        const auto width = 4 * static_cast<int64_t>(parts.size());
        return add("cat", name, std::move(attrs), std::move(parts), width);
    }
    ValueId add(const std::string& op, const std::string& name, Attributes attrs, std::vector<ValueId> inputs,
                int64_t width) {
        const ValueId y =
            graph.node(graph.addNode(op, name, std::move(attrs), std::move(inputs), {name})).outputs[0];
        graph.value(y).shape = {1, width};
        return y;
    }
    /// What becomes of steps that are `scales` before, 0.1 where they do not say.
    std::map<std::string, double> shared(const std::map<std::string, double>& scales) const {
        const PreparedModel model = prepared(graph, "onednn");
        Calibration calibration;
        for (const auto& [id, qconfig] : model.observed) {
            const std::string& name = model.graph.value(id.value).name;
            QParams qparams;
            qparams.scale = {scales.contains(name) ? scales.at(name) : 0.1};
            qparams.zeroPoint = {0};
            calibration[name] = qparams;
        }
        shareWithConcatenations(model, calibration);
        std::map<std::string, double> result;
        for (const auto& [key, qparams] : calibration) {
            result[key.value] = qparams.scale[0];
        }
        return result;
    }
};

TEST(Concatenations, LendTheirQParamsToPartsThatNobodyElseReads) {
    Layers l;
    const ValueId a = l.linear("a"), b = l.linear("b");
    l.graph.addOutput(l.cat("cat", {a, b}), "cat");
    l.graph.addOutput(l.add("relu", "other", {}, {b}, 4), "other");
    const auto scales = l.shared({{"a", 0.1}, {"b", 0.2}, {"cat", 0.3}});
    EXPECT_EQ(scales.at("a"), 0.3);
    EXPECT_EQ(scales.at("b"), 0.2);
    EXPECT_EQ(scales.at("cat"), 0.3);
}

TEST(Concatenations, TakeTheQParamsOfOneThatHoldsThemWhereThatLessensTheError) {
    for (const double widest : {0.33, 0.5}) {
        SCOPED_TRACE(widest);
        Layers l;
        const ValueId a = l.linear("a"), b = l.linear("b"), c = l.linear("c");
        l.graph.addOutput(l.cat("narrow", {a, b}), "narrow");
        l.graph.addOutput(l.cat("wide", {a, b, c}), "wide");
        const auto scales = l.shared({{"a", 0.2}, {"b", 0.2}, {"c", 0.2}, {"narrow", 0.3}, {"wide", widest}});
        const bool shares = widest * widest < 0.3 * 0.3 + 0.2 * 0.2;
        EXPECT_EQ(scales.at("narrow"), shares ? widest : 0.3);
        EXPECT_EQ(scales.at("a"), shares ? widest : 0.2);
        EXPECT_EQ(scales.at("c"), widest);
    }
}

}  // namespace

}  // namespace qs::test
