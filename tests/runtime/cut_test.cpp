#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "runtime/executor.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

namespace {

using testing::HasSubstr;

Attributes with(const std::string& name, Attribute value) {
    Attributes attrs;
    attrs.set(name, std::move(value));
    return attrs;
}

/// Integers and floats, both ways between them, layouts of both kinds, a residual add, a concatenation in
/// place, a value that is read much later, several results of one step, and two outputs.
QuantizedGraph network() {
    std::mt19937 random(3);
    const QParams image = reduced(activation(DType::UInt8, 0.04, 60));
    const QParams grid = reduced(activation(DType::UInt8, 0.05, 40)),
                  wide = reduced(activation(DType::UInt8, 0.1, 50));
    QuantizedGraphBuilder b;
    const ValueId x = b.quantize(b.input({2, 8, 12, 10}), image);
    const ValueId stem = b.add(randomConv2d({.activation = relu()}, random, image), {x}, grid);
    const ValueId pooled = b.add(poolNode("max_pool2d", 3, 2, 1), {stem}, grid);
    QNode residual = randomConv2d({.hasAdd = true}, random, grid);
    residual.preAdd = activation(DType::UInt8, 0.05, 128);
    const ValueId sum = b.add(residual, {pooled, pooled}, grid);
    const ValueId real = b.dequantize(sum);
    const ValueId conv = b.add(randomConv2d({}, random, {}), {real});
    const ValueId gate = b.add(plainNode("sigmoid"), {conv});
    const ValueId product = b.add(plainNode("mul"), {gate, real});
    const ValueId back = b.quantize(product, grid);
    const ValueId joined = b.add(plainNode("cat", with("dim", int64_t{1})), {back, sum}, grid);
    Attributes halves = with("dim", int64_t{1});
    halves.set("sizes", std::vector<int64_t>{8, 8});
    const auto parts = b.addSeveral(plainNode("split", halves), {b.requantize(joined, wide)}, 2, wide);
    const ValueId added = b.add(plainNode("add"), parts, wide);
    const ValueId mean = b.add(
        plainNode("adaptive_avg_pool2d", with("output_size", std::vector<int64_t>{1, 1})), {added}, wide);
    Attributes flat = with("start_dim", int64_t{1});
    flat.set("end_dim", int64_t{-1});
    const ValueId rows = b.add(plainNode("flatten", flat), {mean}, wide);
    b.output(b.dequantize(b.add(randomLinear({.out = 5}, random, wide), {rows}, grid)));
    Attributes over = with("dims", std::vector<int64_t>{2, 3});
    over.set("keepdim", false);
    b.output(b.add(plainNode("mean", over), {b.add(plainNode("add"), {conv, product})}));
    return b.take();
}

class Cuts : public testing::TestWithParam<std::string> {
  protected:
    Cuts() : executor_(std::move(makeExecutor(GetParam(), network())).value()) {
        std::mt19937 random(9);
        const std::array inputs{randomFloats({2, 8, 12, 10}, random, -2, 2)};
        values_[graph().inputs[0]] = inputs[0];
        outputs_ = executor_
                       ->run(inputs,
                             [&](size_t node, std::span<const at::Tensor> outputs) {
                                 for (size_t i = 0; i < outputs.size(); ++i) {
                                     values_[graph().nodes[node].outputs[i]] = outputs[i].clone();
                                 }
                             })
                       .value();
    }

    const QuantizedGraph& graph() const { return executor_->graph(); }

    /// What steps from `first` on, or the caller, read of what was made before.
    Cut cutBefore(size_t first) const {
        std::set<ValueId> needed(graph().outputs.begin(), graph().outputs.end());
        for (size_t i = first; i < graph().nodes.size(); ++i) {
            needed.insert(graph().nodes[i].inputs.begin(), graph().nodes[i].inputs.end());
        }
        for (size_t i = first; i < graph().nodes.size(); ++i) {
            for (const ValueId output : graph().nodes[i].outputs) {
                needed.erase(output);
            }
        }
        Cut cut;
        for (const ValueId value : needed) {
            cut[value] = values_.at(value);
        }
        return cut;
    }

    std::unique_ptr<Executor> executor_;
    Cut values_;  ///< of the whole run
    std::vector<at::Tensor> outputs_;
};

TEST_P(Cuts, EveryOneGivesWhatTheWholeRunGives) {
    for (const bool again : {false, true}) {  // from the plans made the first time
        for (size_t first = 0; first <= graph().nodes.size(); ++first) {
            SCOPED_TRACE("from step " + std::to_string(first) + (again ? " again" : ""));
            const auto found = executor_->runFrom(cutBefore(first));
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_EQ(found->size(), outputs_.size());
            for (size_t i = 0; i < outputs_.size(); ++i) {
                EXPECT_TRUE(found->at(i).equal(outputs_[i])) << "output " << i;
            }
        }
    }
}

TEST_P(Cuts, EveryValueCanBeWanted) {
    for (const auto& [value, tensor] : values_) {
        SCOPED_TRACE("value " + std::to_string(value.index));
        for (const size_t first : {size_t{0}, size_t{4}}) {
            const Cut cut = cutBefore(first);
            bool isMade = cut.contains(value);
            for (size_t i = first; i < graph().nodes.size(); ++i) {
                const auto& outputs = graph().nodes[i].outputs;
                isMade = isMade || std::ranges::find(outputs, value) != outputs.end();
            }
            if (!isMade) {
                continue;
            }
            const std::array wanted{value, graph().outputs[1], value};
            const auto found = executor_->runFrom(cut, wanted);
            ASSERT_TRUE(found) << found.error().message;
            EXPECT_TRUE(found->at(0).equal(tensor));
            EXPECT_TRUE(found->at(1).equal(outputs_[1]));
            EXPECT_TRUE(found->at(2).equal(tensor));
            EXPECT_EQ(found->at(0).scalar_type(), tensor.scalar_type());
        }
    }
}

/// A changed value changes what follows it, and nothing else is computed anew.
TEST_P(Cuts, TheCutsOwnValuesAreRead) {
    Cut cut = cutBefore(3);
    for (auto& [value, tensor] : cut) {
        tensor = at::zeros_like(tensor);
    }
    const auto found = executor_->runFrom(cut).value();
    EXPECT_FALSE(found[0].equal(outputs_[0]));
    const auto reference = std::move(makeReferenceExecutor(graph())).value()->runFrom(cut).value();
    EXPECT_LE((found[1] - reference[1]).abs().max().item<double>(), 0.2);
}

TEST_P(Cuts, ThatLackAValueSayWhich) {
    Cut cut = cutBefore(6);
    const ValueId lost = cut.begin()->first;
    cut.erase(lost);
    const auto found = executor_->runFrom(cut);
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message,
                HasSubstr("the cut does not give '" + graph().value(graph().inputs[0]).name + "'"));
    EXPECT_THAT(found.error().message, HasSubstr("reads"));
}

TEST_P(Cuts, OfOtherTypesThanTheGridsAreRefused) {
    Cut cut = cutBefore(2);
    for (auto& [value, tensor] : cut) {
        tensor = graph().value(value).isInteger() ? tensor.to(at::kInt) : tensor;
    }
    if (GetParam() != "reference") {
        EXPECT_THAT(executor_->runFrom(cut).error().message, HasSubstr("integer type of its qparams"));
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, Cuts, testing::Values("reference", "onednn", "xnnpack"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
