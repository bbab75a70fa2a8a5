// Integer steps without weights against the reference: tables, products, concatenations.

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "runtime/agreement.h"
#include "runtime/step.h"

namespace qs::test {

namespace {

TEST(IntegerTable, IsTheReferenceToTheLastBit) {
    for (const char* op :
         {"elu", "gelu", "hard_sigmoid", "hard_swish", "leaky_relu", "sigmoid", "silu", "tanh"}) {
        for (const QParams& x : inputTypes()) {
            for (const QParams& y :
                 {activation(DType::UInt8, 0.011, 30), activation(DType::Int8, 0.02, -5)}) {
                SCOPED_TRACE(op);
                Step(plainNode(op), {{2, 19, 5, 13}}, {x}, y).expectMatches("table", 1);
                Step(plainNode(op), {{3, 7}}, {x}, y).expectMatches("table", 1);
            }
        }
    }
}

TEST(IntegerTable, HoldsAProductOrASumWithOneConstant) {
    for (const char* op : {"mul", "add"}) {
        QNode node = plainNode(op);
        node.constants = {at::full({1}, 0.37)};
        const QParams x = inputTypes()[1], y = activation(DType::UInt8, 0.02, 90);
        Step(node, {{2, 5, 9, 3}}, {x}, y).expectMatches("table", 1);
    }
}

TEST(IntegerConstants, RepeatAlongOuterAxes) {
    const QParams y = activation(DType::UInt8, 0.03, 90);
    std::mt19937 random(6);
    for (const char* op : {"mul", "add"}) {
        for (const QParams& x : inputTypes()) {
            for (const Shape& constant :
                 {Shape{5, 1, 1}, Shape{1, 5, 9, 3}, Shape{9, 3}, Shape{3}, Shape{2, 5, 9, 3}}) {
                SCOPED_TRACE(op);
                QNode node = plainNode(op);
                node.constants = {randomFloats(constant, random)};
                Step(node, {{2, 5, 9, 3}}, {x}, y).expectMatches("loop", 1);
            }
        }
    }
}

TEST(IntegerConstants, RepeatAlongInnerAxes) {
    std::mt19937 random(6);
    const QParams y = activation(DType::UInt8, 0.03, 90);
    for (const char* op : {"mul", "add"}) {
        for (const Shape& constant : {Shape{9, 1}, Shape{2, 1, 9, 1}, Shape{2, 5, 1, 1}, Shape{5, 9, 1}}) {
            QNode node = plainNode(op);
            node.constants = {randomFloats(constant, random)};
            Step(node, {{2, 5, 9, 3}}, {inputTypes()[1]}, y).expectMatches("loop", 1);
        }
        QNode node = plainNode(op);
        node.constants = {randomFloats({1, 4, 1, 3, 5}, random)};
        Step(node, {{1, 4, 2, 3, 5}}, {inputTypes()[1]}, y).expectMatches("loop", 1);
    }
}

TEST(IntegerConstants, LeaveLargerConstantsToTheReference) {
    std::mt19937 random(6);
    QNode node = plainNode("add");
    node.constants = {randomFloats({4, 9, 3}, random)};
    const QParams q = inputTypes()[1];
    Step(node, {{1, 9, 3}}, {q}, q).expectMatches("reference (its constant is larger than the input)", 1);
}

TEST(IntegerMul, MatchesTheReference) {
    const Shape image{2, 17, 6, 5}, gate{2, 17, 1, 1};
    unsigned seed = 1;
    for (const QParams& a : inputTypes()) {
        for (const QParams& b : inputTypes()) {
            const QParams y = activation(seed % 2 ? DType::UInt8 : DType::Int8, 0.07, seed % 2 ? 140 : -12);
            for (const auto& [left, right] : {std::pair(image, image), std::pair(image, gate),
                                              std::pair(gate, image), std::pair(gate, gate)}) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                // Round scales make halves, which float32 puts on either side: AsOnnxRuntimeDoes is exact.
                Step(plainNode("mul"), {left, right}, {a, b}, y, seed++).expectMatches("loop", 0.99);
            }
        }
    }
}

TEST(IntegerMul, LeavesOtherBroadcastsToTheReference) {
    const QParams q = inputTypes()[1];
    Step step(plainNode("mul"), {{2, 4, 6, 5}, {2, 1, 6, 5}}, {q, q}, q);
    expectMatchesReference(*step.executor, 2, step.integers);
    EXPECT_TRUE(step.implementation().starts_with("reference (it broadcasts one input"));
}

/// Parts may have been quantized to their places in the whole network, so that its steps differ.
void expectConcatenation(const QNode& cat, const std::vector<Shape>& shapes,
                         const std::vector<QParams>& qparams, const QParams& y, double exact) {
    Step step(cat, shapes, qparams, y);
    step.expectMatches(exact);
    EXPECT_TRUE(isFast(step.implementation())) << step.implementation();
}

TEST(IntegerCat, CopiesAndRequantizes) {
    const QParams y = activation(DType::UInt8, 0.05, 100);
    for (const int64_t dim : {0, 1, 2, 3, -3}) {
        std::vector<Shape> shapes(3, Shape{2, 6, 5, 4});
        const auto axis = static_cast<size_t>(dim < 0 ? dim + 4 : dim);
        shapes[0][axis] = 3;
        shapes[2][axis] = 1;
        QNode cat = plainNode("cat");
        cat.attrs.set("dim", dim);
        SCOPED_TRACE("dim " + std::to_string(dim));
        expectConcatenation(cat, shapes, {y, y, y}, y, 1);
        for (const QParams& other : inputTypes()) {
            expectConcatenation(cat, shapes, {y, other, y}, y, 0.999);
        }
    }
}

TEST(IntegerCat, TakesAnyRank) {
    const QParams q = inputTypes()[1], y = activation(DType::Int8, 0.04, 3);
    QNode cat = plainNode("cat");
    cat.attrs.set("dim", int64_t{1});
    expectConcatenation(cat, {{3, 4}, {3, 9}}, {q, q}, y, 0.999);
    expectConcatenation(cat, {{3, 4, 5}, {3, 2, 5}}, {q, y}, y, 0.999);
}

/// split -> dequantize each part.
void testSplit(const Shape& shape, int64_t dim, std::vector<int64_t> sizes, const std::optional<QParams>& q) {
    SCOPED_TRACE("dim " + std::to_string(dim));
    std::mt19937 random(4);
    QuantizedGraphBuilder builder;
    QNode node = plainNode("split");
    node.attrs.set("dim", dim);
    node.attrs.set("sizes", sizes);
    const ValueId x = builder.input(shape);
    const std::vector<ValueId> parts =
        builder.addSeveral(node, {q ? builder.quantize(x, *q) : x}, sizes.size(), q);
    for (const ValueId part : parts) {
        builder.output(q ? builder.dequantize(part) : part);
    }
    const auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
    const at::Tensor sample = q ? randomIntegers(shape, random, *q) : randomFloats(shape, random);
    const size_t step = q ? 1 : 0;
    expectMatchesReference(*executor, step, std::vector{sample});
    EXPECT_EQ(implementationOf(*executor, step, std::vector{randomFloats(shape, random)}), "loop");
}

TEST(Split, CopiesItsParts) {
    for (const std::optional<QParams>& q : {std::optional(inputTypes()[1]), std::optional<QParams>()}) {
        testSplit({2, 7, 5, 4}, 1, {3, 4}, q);
        testSplit({2, 7, 5, 4}, -1, {1, 2, 1}, q);
        testSplit({2, 7, 5, 4}, 2, {5}, q);
        testSplit({3, 12}, 1, {4, 8}, q);
        testSplit({3, 5, 6}, 0, {1, 2}, q);
    }
}

TEST(Permute, IsAReorder) {
    const QParams q = inputTypes()[1];
    for (const auto& [shape, dims] : {std::pair(Shape{2, 7, 5, 4}, std::vector<int64_t>{0, 2, 1, 3}),
                                      std::pair(Shape{2, 7, 5, 4}, std::vector<int64_t>{3, 0, 2, 1}),
                                      std::pair(Shape{2, 2, 8, 5, 4}, std::vector<int64_t>{0, 2, 1, 3, 4}),
                                      std::pair(Shape{6, 9}, std::vector<int64_t>{1, 0})}) {
        QNode permute = plainNode("permute");
        permute.attrs.set("dims", dims);
        Step step(permute, {shape}, {q}, q);
        expectMatchesReference(*step.executor, 1, step.integers);
        EXPECT_FALSE(step.implementation().starts_with("reference")) << step.implementation();
    }
}

TEST(Permute, IsFreeBetweenTheLayouts) {
    const QParams q = inputTypes()[1];
    QNode permute = plainNode("permute");
    permute.attrs.set("dims", std::vector<int64_t>{0, 2, 3, 1});
    Step(permute, {{2, 7, 5, 4}}, {q}, q).expectMatches("view", 1);  // quantized to channels last
    permute.attrs.set("dims", std::vector<int64_t>{1, 0, 2});
    Step(permute, {{1, 7, 5}}, {q}, q).expectMatches("view", 1);
}

TEST(IntegerSlice, CopiesItsPart) {
    const QParams q = inputTypes()[1];
    for (const int64_t dim : {0, 1, 2, 3, -1}) {
        for (const auto& [start, end, step] :
             {std::tuple(int64_t{0}, int64_t{3}, int64_t{2}), std::tuple(int64_t{1}, int64_t{99}, int64_t{1}),
              std::tuple(int64_t{-2}, int64_t{-1}, int64_t{1}),
              std::tuple(int64_t{1}, int64_t{99}, int64_t{3})}) {
            QNode slice = plainNode("slice");
            slice.attrs.set("dim", dim);
            slice.attrs.set("start", start);
            slice.attrs.set("end", end);
            slice.attrs.set("step", step);
            SCOPED_TRACE("dim " + std::to_string(dim) + " start " + std::to_string(start));
            Step(slice, {{4, 7, 5, 6}}, {q}, q).expectMatches("loop", 1);
        }
        QNode select = plainNode("select");
        select.attrs.set("dim", dim);
        select.attrs.set("index", int64_t{-2});
        Step(select, {{4, 7, 5, 6}}, {q}, q).expectMatches("loop", 1);
    }
}

void testMoves(const QNode& node, const Shape& shape) {
    SCOPED_TRACE(node.op);
    const QParams q = inputTypes()[1];
    Step step(node, {shape}, {q}, q);
    Agreement total;
    expectMatchesReference(*step.executor, 1, step.integers, &total);
    EXPECT_EQ(total.equal, total.count);
    EXPECT_TRUE(step.implementation().starts_with("moves")) << step.implementation();
}

TEST(Rearrangement, GoesWhereTheOpPutsIt) {
    QNode roll = plainNode("roll");
    roll.attrs.set("dims", std::vector<int64_t>{1, 2});
    roll.attrs.set("shifts", std::vector<int64_t>{-3, 2});
    testMoves(roll, {2, 7, 8, 5});
    testMoves(roll, {2, 7, 8});
    QNode pixels = plainNode("pixel_shuffle");
    pixels.attrs.set("factor", int64_t{2});
    testMoves(pixels, {2, 12, 3, 5});
    QNode upsample = plainNode("upsample_nearest2d");
    upsample.attrs.set("output_size", std::vector<int64_t>{7, 10});
    testMoves(upsample, {2, 6, 3, 5});
}

TEST(ChannelShuffle, InterleavesGroups) {
    for (const int64_t groups : {1, 2, 3, 5}) {
        SCOPED_TRACE("groups " + std::to_string(groups));
        QNode shuffle = plainNode("channel_shuffle");
        shuffle.attrs.set("groups", groups);
        const QParams q = inputTypes()[1];
        Step(shuffle, {{2, groups * 7, 5, 9}}, {q}, q).expectMatches("loop", 1);
        EXPECT_EQ(testFloat(shuffle, {{1, groups * 64, 3, 5}}, 1), "loop");
    }
}

TEST(Rearrangement, RepeatsWhatExpandRepeats) {
    std::mt19937 random(5);
    QNode expand = plainNode("expand");
    expand.attrs.set("shape", std::vector<int64_t>{3, -1, -1});
    testMoves(expand, {1, 7, 8});
    expand.attrs.set("shape", std::vector<int64_t>{2, 3, -1, 5});
    testMoves(expand, {3, 4, 1});
    QNode batch = plainNode("expand_batch");
    batch.attrs.set("dim", int64_t{0});
    EXPECT_TRUE(testFloat(batch, {{1, 1, 9}, {4, 3}}, 1).starts_with("moves"));
    batch.constants = {randomFloats({1, 1, 9}, random)};
    batch.constantPositions = {0};
    EXPECT_EQ(testFloat(batch, {{4, 3}}, 1), "reference (one of its inputs is a constant)");
}

TEST(IntegerPrelu, MatchesTheReference) {
    std::mt19937 random(6);
    unsigned seed = 1;
    for (const QParams& x : inputTypes()) {
        for (const Shape& shape : {Shape{2, 17, 6, 5}, Shape{4, 17}}) {
            for (const int64_t slopes : {1, 17}) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                QNode node = plainNode("prelu");
                node.constants = {randomFloats({slopes}, random)};
                Step(node, {shape}, {x}, activation(DType::UInt8, 0.03, 90), seed++).expectMatches("loop", 1);
            }
        }
    }
}

TEST(IntegerSoftmax, MatchesTheReference) {
    QNode softmax = plainNode("softmax");
    softmax.attrs.set("dim", int64_t{-1});
    const QParams unit = activation(DType::UInt8, 1.0 / 256, 0);
    for (const QParams& x : inputTypes()) {
        for (const Shape& shape : {Shape{4, 10}, Shape{2, 3, 17, 197}, Shape{3, 1}}) {
            Step(softmax, {shape}, {x}, unit).expectMatches("loop", 0.999);
            Step(softmax, {shape}, {x}, activation(DType::Int8, 1.0 / 128, -3)).expectMatches("loop", 0.999);
        }
    }
    softmax.attrs.set("dim", int64_t{1});
    Step across(softmax, {{2, 5, 3, 4}}, {inputTypes()[1]}, unit);
    EXPECT_TRUE(across.implementation().starts_with("reference (it is not along the last axis"));
}

TEST(IntegerSoftmax, IsRightAtTheEndsOfTheRange) {
    QNode softmax = plainNode("softmax");
    softmax.attrs.set("dim", int64_t{-1});
    const QParams x = activation(DType::UInt8, 4, 3);  // exp(-1020)
    Step wide(softmax, {{4, 37}}, {x}, activation(DType::UInt8, 1.0 / 256, 0));
    wide.expectMatches("loop", 1);
    for (const bool high : {false, true}) {
        wide.fillWithEnd(0, high);
        wide.expectMatches("loop", 1);
    }
}

TEST(FloatSoftmax, MatchesATen) {
    QNode softmax = plainNode("softmax");
    for (const int64_t dim : {-1, 1}) {
        softmax.attrs.set("dim", dim);
        const std::string used = testFloat(softmax, {{2, 6, 17, 33}}, 1);
        EXPECT_TRUE(dim == 1 || isFast(used)) << used;
        testFloat(softmax, {{5, 10}}, 2);
    }
}

TEST(IntegerCat, RequantizesLargeParts) {
    QNode cat = plainNode("cat");
    cat.attrs.set("dim", int64_t{1});
    const QParams y = activation(DType::UInt8, 0.05, 100);
    for (const QParams& other : inputTypes()) {
        expectConcatenation(cat, {{1, 33, 20, 20}, {1, 64, 20, 20}}, {y, other}, y, 0.999);
    }
}

TEST(IntegerReshape, KeepsTheOrder) {
    const QParams q = inputTypes()[1];
    QNode reshape = plainNode("reshape");
    reshape.attrs.set("shape", std::vector<int64_t>{2, -1, 10});
    Step(reshape, {{2, 5, 3, 4}}, {q}, q).expectMatches("view", 1);
    reshape.attrs.set("shape", std::vector<int64_t>{-1, 3, 2, 2});
    Step(reshape, {{6, 4}}, {q}, q).expectMatches("view", 1);
}

TEST(FloatCat, CopiesItsParts) {
    for (const int64_t dim : {1, 2}) {
        std::mt19937 random(2);
        QuantizedGraphBuilder builder;
        QNode cat = plainNode("cat");
        cat.attrs.set("dim", dim);
        const Shape shape{2, 6, 5, 4};
        builder.output(builder.add(cat, {builder.input(shape), builder.input(shape)}));
        const auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
        const std::vector inputs{randomFloats(shape, random), randomFloats(shape, random)};
        expectMatchesReference(*executor, 0, inputs);
        EXPECT_EQ(implementationOf(*executor, 0, inputs), "loop");
    }
}

}  // namespace

}  // namespace qs::test
