#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "graph/passes/passes.h"
#include "graph/passes/simplify.h"
#include "graph/passes_fixture.h"

namespace qs {
namespace {

using test::attributes;
using test::expectSame;
using test::plain;
using test::t;
using test::TracedNet;
using ::testing::ElementsAre;

TEST(DeadNodes, GoWhileInputsAndOutputsStay) {
    TracedNet net;
    const ValueId x = net.input({1, 3, 4, 4});
    net.input({2});
    net.conv2d(x, 4);
    net.output(net.op("relu", {}, {x}, "block"));
    net.graph.setFixedBatch(3);
    removeDeadNodes(net.graph);
    EXPECT_THAT(net.opNames(), ElementsAre("relu"));
    EXPECT_EQ(net.graph.values().size(), 3u);
    EXPECT_EQ(net.graph.inputs().size(), 2u);
    EXPECT_EQ(net.graph.fixedBatch(), 3);
    const Node& relu = net.graph.nodes()[0];
    EXPECT_EQ(relu.scope, "block");
    EXPECT_EQ(net.graph.value(relu.outputs[0]).producer, relu.id);
    EXPECT_EQ(net.graph.value(relu.outputs[0]).shape, (Shape{1, 3, 4, 4}));
}

TEST(DeadNodes, StayWholeWhereOneOutputIsRead) {
    TracedNet net;
    net.op("split", attributes({{"dim", int64_t{1}}, {"sizes", std::vector<int64_t>{1, 2}}}),
           {net.input({2, 3})});
    net.output(net.lastOutputs()[1]);
    expectSame(net);
    EXPECT_EQ(net.graph.nodes()[0].outputs.size(), 2u);
}

TEST(Identities, VanishFromChains) {
    TracedNet net(R"(
        %x(2, 3) = input
        %a = identity(%x)
        %b = identity(%a)
        %y = relu(%b)
        %z = identity(%y)
        output %z)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("relu"));
}

TEST(Identities, StayWhereAnOutputNeedsAValueOfItsOwn) {
    TracedNet net(R"(
        %x(2, 3) = input
        %same = identity(%x)
        %y = relu(%x)
        %z = identity(%y)
        output %same
        output %y
        output %z)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("identity", "relu", "identity"));
}

TEST(ConstantOperands, BecomeFloatConstants) {
    TracedNet net;
    const ValueId x = net.input({2, 3, 4});
    const AtenArg one = plain(int64_t{1});
    ValueId y = net.carried("aten::sub.Tensor", {t(x), t(net.constant(Shape{4})), one});
    y = net.carried("aten::div.Scalar", {t(y), plain(int64_t{4})});
    y = net.carried("aten::mul.Tensor", {plain(at::arange(1, 5)), t(y)});  // int64
    net.output(net.carried("aten::add.Scalar", {t(y), plain(0.5), one}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("add", "mul", "mul", "add"));
    for (const auto& node : net.graph.nodes()) {
        EXPECT_EQ(net.graph.constant(node.inputs[1]).scalar_type(), at::kFloat);
    }
}

TEST(ConstantOperands, StayWhereTheOrderMattersOrMoreIsAsked) {
    TracedNet net;
    const ValueId x = net.input({2, 3});
    net.output(net.carried("aten::sub.Tensor", {t(net.constant(Shape{3})), t(x), plain(int64_t{1})}));
    net.output(net.carried("aten::rsub.Scalar", {t(x), plain(1.0), plain(int64_t{1})}));
    net.output(net.carried("aten::div.Tensor", {t(net.constant(Shape{3})), t(x)}));
    net.output(net.carried("aten::div.Scalar_mode", {t(x), plain(0.3), plain("floor")}));
    net.output(net.carried("aten::add.Scalar", {t(x), plain(1.0), plain(int64_t{2})}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("aten::sub", "aten::rsub", "aten::div", "aten::div", "aten::add"));
}

TEST(BatchNorm, IsAnEntryWithoutWeightAndBias) {
    TracedNet net;
    const ValueId x = net.input({2, 3, 4, 5});
    const ValueId mean = net.constant(net.random({3})), variance = net.constant(net.random({3}).abs() + 0.5);
    net.output(net.carried("aten::batch_norm", {t(x), plain({}), plain({}), t(mean), t(variance),
                                                plain(false), plain(0.1), plain(1e-3), plain(false)}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("batch_norm"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.get<double>("eps"), 1e-3);
}

TEST(TransposedConvolution, BecomesAnEntry) {
    TracedNet net;
    const auto pair = [](int64_t h, int64_t w) { return plain(std::vector<int64_t>{h, w}); };
    net.output(
        net.carried("aten::_convolution",
                    {t(net.input({1, 4, 5, 6})), t(net.constant({4, 3, 3, 3})), t(net.constant(Shape{6})),
                     pair(2, 2), pair(1, 0), pair(1, 1), plain(true), pair(1, 0), plain(int64_t{2}),
                     plain(false), plain(false), plain(true), plain(true)},
                    "up"));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv_transpose2d"));
    EXPECT_EQ(net.graph.nodes()[0].scope, "up");
}

TEST(TransposedConvolution, OfRowsIsOneOfImages) {
    TracedNet net;
    const auto single = [](int64_t v) { return plain(std::vector<int64_t>{v}); };
    net.output(net.carried(
        "aten::_convolution",
        {t(net.input({1, 4, 5})), t(net.constant({4, 3, 3})), plain({}), single(2), single(1), single(1),
         plain(true), single(0), plain(int64_t{1}), plain(false), plain(false), plain(true), plain(true)}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("reshape", "conv_transpose2d", "reshape"));
}

TEST(Bias, IsAConstantPerChannelAfterAConvolution) {
    for (const bool bias : {false, true}) {
        TracedNet net;
        const ValueId y = net.conv2d(net.input({1, 3, 4, 5}), 4, bias);
        net.output(net.op("add", {}, {y, net.constant({1, 4, 1, 1})}));
        expectSame(net);
        EXPECT_THAT(net.opNames(), ElementsAre("conv2d"));
        EXPECT_EQ(net.graph.nodes()[0].inputs.size(), 3u);
    }
}

TEST(Bias, IsNotAConstantPerColumn) {
    TracedNet net;
    const ValueId y = net.conv2d(net.input({1, 3, 4, 4}), 4);
    net.output(net.op("add", {}, {y, net.constant(Shape{4})}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "add"));
}

TEST(Affine, IsABatchNorm) {
    TracedNet net(R"(
        %x(1, 3, 4, 5) = input
        %w(4, 3, 3, 3) = constant[random, seed=1]
        %scale(4, 1, 1) = constant[random, seed=2]
        %shift(1, 4, 1, 1) = constant[random, seed=3]
        %y = conv2d[dilation=[1, 1], groups=1, padding=[1, 1], stride=[1, 1]](%x, %w)
        %scaled = mul(%y, %scale)  # mul @bn
        %z = add(%scaled, %shift)  # add @bn
        output %z)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "batch_norm"));
    EXPECT_EQ(net.graph.nodes()[1].scope, "bn");
}

TEST(Affine, NeedsNoShiftButAConvolution) {
    TracedNet net;
    const ValueId x = net.input({1, 4, 4, 5});
    net.output(net.op("mul", {}, {net.conv2d(x, 4), net.constant({4, 1, 1})}));
    net.output(net.op("mul", {}, {x, net.constant({4, 1, 1})}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv2d", "batch_norm", "mul"));
}

constexpr const char* kVolume = R"(
        %x(1, 3, 4, 5, 6) = input
        %w(4, 3, 1, 3, 3) = constant[random, seed=1]
        %scale(4, 1, 1, 1) = constant[random, seed=2]
        %shift(1, 4, 1, 1, 1) = constant[random, seed=3]
        %row(4, 1, 1) = constant[random, seed=4]
)";

TEST(Volumes, HaveTheBiasAffineAndPaddingOfImages) {
    TracedNet net(std::string(kVolume) + R"(
        %padded = pad[pads=[1, 1, 2, 2, 0, 0]](%x)
        %y = conv3d[dilation=[1, 1, 1], groups=1, padding=[0, 1, 0], stride=[1, 1, 1]](%padded, %w)
        %scaled = mul(%y, %scale)
        %z = add(%scaled, %shift)
        %biased = conv3d[dilation=[1, 1, 1], groups=1, padding=[0, 0, 0], stride=[1, 1, 1]](%x, %w)
        %sum = add(%biased, %shift)
        %mean = mean[dims=[4, 2, 3], keepdim=true](%x)
        output %z
        output %sum
        output %mean)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv3d", "batch_norm", "conv3d", "adaptive_avg_pool3d"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.ints("padding"), (std::vector<int64_t>{0, 3, 1}));
}

TEST(Volumes, KeepWhatIsNotOfTheirChannels) {
    TracedNet net(std::string(kVolume) + R"(
        %y = conv3d[dilation=[1, 1, 1], groups=1, padding=[0, 1, 1], stride=[1, 1, 1]](%x, %w)
        %z = mul(%y, %row)
        %mean = mean[dims=[2, 3], keepdim=true](%x)
        output %z
        output %mean)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("conv3d", "mul", "mean"));
}

TEST(GlobalPool, IsAMeanThatKeepsHeightAndWidth) {
    TracedNet net(R"(
        %x(2, 3, 4, 5) = input
        %a = mean[dims=[2, 3], keepdim=true](%x)
        %b = mean[dims=[2, 3], keepdim=false](%x)
        %c = mean[dims=[1, 2], keepdim=true](%x)
        output %a
        output %b
        output %c)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("adaptive_avg_pool2d", "mean", "mean"));
}

TEST(Reshapes, MergeWhereNobodyReadsTheFirst) {
    TracedNet net(R"(
        %x(2, 3, 4, 5) = input
        %flat = flatten[end_dim=-1, start_dim=1](%x)
        %a = reshape[shape=[-1, 6, 10]](%flat)
        %b = reshape[shape=[-1, 20]](%a)
        output %b)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("reshape"));

    TracedNet shared(R"(
        %x(2, 6) = input
        %a = reshape[shape=[3, 4]](%x)
        %b = reshape[shape=[12]](%a)
        output %a
        output %b)");
    expectSame(shared);
    EXPECT_THAT(shared.opNames(), ElementsAre("reshape", "reshape"));
}

TEST(Permutes, CancelTheirInverse) {
    TracedNet net(R"(
        %x(2, 3, 4, 5) = input
        %a = permute[dims=[0, 2, 3, 1]](%x)
        %b = permute[dims=[0, 3, 1, 2]](%a)
        %y = relu(%b)
        output %y)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("relu"));
}

TEST(Permutes, MergeWhereNobodyReadsTheFirst) {
    TracedNet net(R"(
        %x(2, 3, 4, 5) = input
        %a = permute[dims=[0, 2, 3, 1]](%x)
        %b = permute[dims=[3, 0, 1, 2]](%a)
        output %b)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("permute"));

    TracedNet shared(R"(
        %x(2, 3, 4) = input
        %a = permute[dims=[1, 2, 0]](%x)
        %b = permute[dims=[0, 2, 1]](%a)
        output %a
        output %b)");
    expectSame(shared);
    EXPECT_THAT(shared.opNames(), ElementsAre("permute", "permute"));
}

ValueId concatenated(TracedNet& net, std::vector<ValueId> parts, int64_t dim) {
    return net.op("cat", attributes({{"dim", dim}}), std::move(parts));
}

TEST(Concatenations, MergeAlongOneAxis) {
    for (const int64_t axis : {1, 2}) {
        TracedNet net;
        const ValueId x = net.input({2, 4, 4});
        const ValueId y = concatenated(net, {x, net.op("relu", {}, {x})}, 1);
        const ValueId tall = net.input(axis == 1 ? Shape{2, 3, 4} : Shape{2, 8, 3});
        net.output(concatenated(net, {tall, y}, axis));
        expectSame(net);
        EXPECT_EQ(net.opNames().size(), axis == 1 ? 2u : 3u);
    }
}

TEST(Concatenations, StayWhereOthersReadTheFirst) {
    TracedNet net(R"(
        %x(2, 4) = input
        %y = cat[dim=1](%x, %x)
        %z = cat[dim=1](%y, %x)
        output %y
        output %z)");
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("cat", "cat"));
}

ValueId sliced(TracedNet& net, ValueId x, int64_t dim, int64_t start, int64_t end, int64_t step = 1) {
    return net.op("slice", attributes({{"dim", dim}, {"start", start}, {"end", end}, {"step", step}}), {x});
}

TEST(Slices, AreTakenOnce) {
    TracedNet net;
    const ValueId x = net.input({1, 4, 4});
    std::vector<ValueId> parts;
    for (const int64_t column : {0, 1}) {
        for (const int64_t row : {0, 1}) {
            parts.push_back(sliced(net, sliced(net, x, 1, row, 4, 2), 2, column, 4, 2));
        }
    }
    net.output(concatenated(net, parts, 1));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("slice", "slice", "slice", "slice", "slice", "slice", "cat"));
}

ValueId rolled(TracedNet& net, ValueId x, int64_t dim, int64_t at, bool swap = true) {
    const int64_t extent = net.sample(x).size(dim);
    const ValueId head = sliced(net, x, dim, 0, at), tail = sliced(net, x, dim, at, extent);
    return concatenated(net, swap ? std::vector{tail, head} : std::vector{head, tail}, dim);
}

TEST(Roll, IsASplitPutTogetherTheOtherWayRound) {
    TracedNet net;
    net.output(rolled(net, rolled(net, net.input({2, 5, 6}), 1, 2), 2, 5));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("roll"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.ints("dims"), (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(net.graph.nodes()[0].attrs.ints("shifts"), (std::vector<int64_t>{-2, 1}));
}

TEST(Roll, IsNotASplitInItsOrder) {
    TracedNet net;
    net.output(rolled(net, net.input({2, 5}), 1, 2, /*swap=*/false));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("split", "cat"));
}

ValueId regrouped(TracedNet& net, std::vector<int64_t> groups, std::vector<int64_t> dims) {
    const auto reshape = [&](ValueId x, std::vector<int64_t> shape) {
        return net.op("reshape", attributes({{"shape", std::move(shape)}}), {x});
    };
    const ValueId grouped = reshape(net.input({2, 6, 3, 5}), std::move(groups));
    const ValueId swapped = net.op("permute", attributes({{"dims", std::move(dims)}}), {grouped});
    return reshape(swapped, {2, 6, 3, 5});
}

TEST(ChannelShuffle, IsChannelsInGroupsTheOtherWayRound) {
    TracedNet net;
    net.output(regrouped(net, {2, 3, 2, 3, 5}, {0, 2, 1, 3, 4}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("channel_shuffle"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.get<int64_t>("groups"), 3);
}

TEST(ChannelShuffle, IsNoOtherPermutation) {
    for (const auto& [groups, dims] :
         {std::pair<std::vector<int64_t>, std::vector<int64_t>>{{2, 3, 2, 3, 5}, {0, 2, 1, 4, 3}},
          {{2, 2, 3, 5, 3}, {0, 2, 1, 3, 4}}}) {
        TracedNet net;
        net.output(regrouped(net, groups, dims));
        expectSame(net);
        EXPECT_THAT(net.opNames(), ElementsAre("reshape", "permute", "reshape"));
    }
}

ValueId padded(TracedNet& net, ValueId x, std::vector<int64_t> pads) {
    return net.op("pad", attributes({{"pads", std::move(pads)}}), {x});
}

Attributes poolWindow(bool ceil) {
    const std::vector<int64_t> three{3, 3};
    return attributes({{"kernel", three},
                       {"stride", three},
                       {"padding", std::vector<int64_t>{0, 0}},
                       {"ceil_mode", ceil},
                       {"count_include_pad", false}});
}

TEST(Padding, JoinsTheConvolutionsOrTheAveragesOwn) {
    TracedNet net;
    const ValueId x = net.input({1, 3, 6, 7});
    net.output(net.conv2d(padded(net, x, {2, 2, 1, 1}), 4));
    net.output(net.op("avg_pool2d", poolWindow(false), {padded(net, x, {1, 1, 1, 1})}));
    expectSame(net);
    ASSERT_THAT(net.opNames(), ElementsAre("conv2d", "avg_pool2d"));
    EXPECT_EQ(net.graph.nodes()[0].attrs.ints("padding"), (std::vector<int64_t>{2, 3}));
}

TEST(Padding, StaysWhereItIsOneSidedOrOfAChannel) {
    TracedNet net;
    const ValueId x = net.input({1, 3, 6, 7});
    net.output(net.conv2d(padded(net, x, {0, 1, 0, 1}), 4));
    net.output(net.conv2d(padded(net, x, {0, 0, 0, 0, 1, 1}), 4));
    net.output(net.op("avg_pool2d", poolWindow(true), {padded(net, x, {1, 1, 1, 1})}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("pad", "conv2d", "pad", "conv2d", "pad", "avg_pool2d"));
}

Attributes maximumWindow(int64_t kernel, int64_t stride, int64_t dilation) {
    const auto both = [](int64_t extent) { return std::vector<int64_t>{extent, extent}; };
    return attributes({{"kernel", both(kernel)},
                       {"stride", both(stride)},
                       {"padding", both(0)},
                       {"dilation", both(dilation)},
                       {"ceil_mode", false}});
}

TEST(Padding, OfMaximaIsTheirOwnHoweverUneven) {
    int merged = 0;
    for (const int64_t extent : {5, 6, 7}) {
        for (const int64_t kernel : {2, 3, 5}) {
            for (const int64_t stride : {1, 2, 3}) {
                for (const std::vector<int64_t>& pads :
                     {std::vector<int64_t>{0, 1, 0, 1}, {1, 0, 1, 0}, {1, 1, 0, 1}, {1, 2, 2, 1}}) {
                    SCOPED_TRACE(testing::Message() << extent << ' ' << kernel << ' ' << stride << ' '
                                                    << testing::PrintToString(pads));
                    TracedNet net;
                    const ValueId x = net.input({2, 3, extent, extent + 1});
                    const double lowest = -std::numeric_limits<double>::infinity();
                    const ValueId wide =
                        net.carried("aten::constant_pad_nd", {t(x), plain(pads), plain(lowest)});
                    net.output(net.op("max_pool2d", maximumWindow(kernel, stride, 1), {wide}));
                    expectSame(net);
                    const auto names = net.opNames();
                    merged += std::ranges::find(names, "aten::constant_pad_nd") == names.end() ? 1 : 0;
                }
            }
        }
    }
    EXPECT_EQ(merged, 90) << "of 108";
}

TEST(Padding, OfMaximaStaysWhereOthersReadIt) {
    TracedNet net;
    const ValueId x = net.input({1, 3, 6, 6});
    const double lowest = -std::numeric_limits<double>::infinity();
    const ValueId wide =
        net.carried("aten::constant_pad_nd", {t(x), plain(std::vector<int64_t>{0, 1, 0, 1}), plain(lowest)});
    net.output(net.op("max_pool2d", maximumWindow(3, 2, 1), {wide}));
    net.output(net.op("sigmoid", {}, {wide}));
    expectSame(net);
    EXPECT_THAT(net.opNames(), ElementsAre("aten::constant_pad_nd", "max_pool2d", "sigmoid"));
}

}  // namespace
}  // namespace qs
