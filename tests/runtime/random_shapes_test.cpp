// Every kernel of oneDNN's plan that takes a shape, over random ones, against the reference.

#include <gtest/gtest.h>

#include "ops/quantize.h"
#include "runtime/random_cases.h"
#include "runtime/step.h"

namespace qs::test {

namespace {

constexpr double kMostlyEqual = 0.98;  ///< of few elements; within 1 LSB they are all but 0.1 %
/// Where a residual is added behind a rounding, twice as many values lie near a tie.
constexpr double kMostlyEqualOfTwoRoundings = 0.95;

/// The step on random integers, and with every input at each end of its range.
void expectRight(const QNode& node, const std::vector<Shape>& shapes, const std::vector<QParams>& qparams,
                 const QParams& y, unsigned seed, double exact = kMostlyEqual) {
    Step step(node, shapes, qparams, y, seed);
    step.expectMatches(exact);
    for (const bool high : {false, true}) {
        SCOPED_TRACE(high ? "all at the top of the range" : "all at the bottom of the range");
        for (size_t input = 0; input < shapes.size(); ++input) {
            step.fillWithEnd(input, high);
        }
        step.expectMatches(0);
    }
}

/// With an activation the middle of the range is zero, else the range may hold one value only.
QParams randomOutput(std::mt19937& random, double scale, const FusedActivation& fused) {
    QParams y = randomActivation(random, scale);
    if (fused.kind != FusedActivation::Kind::None) {
        y.zeroPoint = {(y.quantMin + y.quantMax) / 2};
    }
    return y;
}

TEST(RandomShapes, Convolution) {
    for (unsigned seed = 1; seed <= 120; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        ConvolutionCase c = randomConvolution(random);
        const QParams x = randomActivation(random, drawScale(random));
        const double scale =
            outputScale(x.scale[0], c.spec.in / c.spec.groups * c.spec.kernel * c.spec.kernel);
        c.spec.activation = randomActivationFunction(random, scale);
        c.spec.hasAdd = draw(random, 0, 1) == 1;
        std::vector<Shape> shapes{c.input};
        std::vector<QParams> qparams{x};
        if (c.spec.hasAdd) {
            shapes.push_back(c.output);
            qparams.push_back(randomActivation(random, scale * 1.37));
        }
        const QParams y = randomOutput(random, scale, c.spec.activation);
        QNode node = randomConv2d(c.spec, random, x);
        if (c.spec.hasAdd && draw(random, 0, 1) == 1) {
            node.preAdd = overWholeType(randomActivation(random, scale));
        }
        const double exact = node.preAdd ? kMostlyEqualOfTwoRoundings : kMostlyEqual;
        expectRight(node, shapes, qparams, y, seed, exact);
    }
}

/// Every pair of types that a residual and a result can have, with the residual added to a rounded sum.
TEST(RandomShapes, RoundedSumsOfBothSigns) {
    for (unsigned seed = 1; seed <= 128; ++seed) {
        const auto type = [&](unsigned bit) { return seed >> bit & 1 ? DType::Int8 : DType::UInt8; };
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const QParams x = activation(type(0), 0.02, 3);
        const WeightedSpec spec{.in = draw(random, 1, 40),
                                .out = draw(random, 1, 40),
                                .kernel = seed >> 3 & 1 ? 1 : 3,
                                .stride = draw(random, 1, 2),
                                .padding = 0,
                                .activation = randomActivationFunction(random, 1),
                                .hasAdd = true};
        const double scale = outputScale(x.scale[0], spec.in * spec.kernel * spec.kernel);
        QNode node = randomConv2d(spec, random, x);
        node.preAdd = overWholeType(randomActivation(random, scale));
        const Shape input{2, spec.in, 7, 6};
        const auto extent = [&](int64_t size) { return (size - spec.kernel) / spec.stride + 1; };
        const Shape output{2, spec.out, extent(7), extent(6)};
        expectRight(std::move(node), {input, output}, {x, activation(type(1), 1.37 * scale, 5)},
                    activation(type(2), 2 * scale, seed >> 5 & 1 ? 0 : 7), seed, kMostlyEqualOfTwoRoundings);
    }
}

TEST(RandomShapes, Linear) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const QParams x = randomActivation(random, drawScale(random));
        WeightedSpec spec{.in = draw(random, 1, 70), .out = draw(random, 1, 40)};
        spec.perChannel = draw(random, 0, 1) == 1;
        const double scale = outputScale(x.scale[0], spec.in);
        spec.activation = randomActivationFunction(random, scale);
        Shape shape{draw(random, 1, 9), spec.in};
        if (draw(random, 0, 1) == 1) {
            shape.insert(shape.begin(), draw(random, 1, 3));
        }
        const QParams y = randomOutput(random, scale, spec.activation);
        expectRight(randomLinear(spec, random, x), {shape}, {x}, y, seed);
    }
}

TEST(RandomShapes, Pooling) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const QParams x = randomActivation(random, drawScale(random));
        const int64_t kernel = draw(random, 1, 4);
        const Shape shape{draw(random, 1, 3), draw(random, 1, 40), draw(random, kernel, kernel + 12),
                          draw(random, kernel, kernel + 12)};
        const bool average = draw(random, 0, 1) == 1;
        QNode pool = poolNode(average ? "avg_pool2d" : "max_pool2d", kernel, draw(random, 1, 3),
                              draw(random, 0, kernel / 2), draw(random, 0, 1) == 1);
        if (average) {
            pool.attrs.set("count_include_pad", draw(random, 0, 1) == 1);
        }
        // Averages that end in one half go to either side.
        expectRight(pool, {shape}, {x}, x, seed, average ? 0.5 : 1);
    }
}

TEST(RandomShapes, AdditionAndProduct) {
    for (unsigned seed = 1; seed <= 80; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const bool adds = seed % 2 == 1;
        const Shape shape{draw(random, 1, 3), draw(random, 1, 40), draw(random, 1, 12), draw(random, 1, 12)};
        Shape other = shape;
        if (!adds && draw(random, 0, 1) == 1) {
            other[2] = other[3] = 1;
        }
        const std::vector<QParams> qparams{randomActivation(random, drawScale(random)),
                                           randomActivation(random, drawScale(random))};
        QNode node = plainNode(adds ? "add" : "mul");
        node.activation = adds ? randomActivationFunction(random, 0.05) : FusedActivation{};
        const QParams y = randomOutput(random, adds ? 0.06 : 0.1, node.activation);
        expectRight(node, {shape, other}, qparams, y, seed);
    }
}

TEST(RandomShapes, Concatenation) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const auto dim = static_cast<size_t>(draw(random, 0, 3));
        const Shape shape{draw(random, 1, 3), draw(random, 1, 20), draw(random, 1, 9), draw(random, 1, 9)};
        const QParams y = randomActivation(random, drawScale(random));
        std::vector<Shape> shapes;
        std::vector<QParams> qparams;
        for (int64_t part = draw(random, 2, 4); part > 0; --part) {
            shapes.push_back(shape);
            shapes.back()[dim] = draw(random, 1, 20);
            qparams.push_back(draw(random, 0, 1) == 1 ? y : randomActivation(random, drawScale(random)));
        }
        QNode cat = plainNode("cat");
        cat.attrs.set("dim", static_cast<int64_t>(dim));
        expectRight(cat, shapes, qparams, y, seed);
    }
}

}  // namespace

}  // namespace qs::test
