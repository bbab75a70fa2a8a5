// Convolutions and pools over volumes N, C, D, H, W: oneDNN's plan against naive loops over integers.

#include <ATen/ops/conv3d.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ops/integer_bias.h"
#include "ops/quantize.h"
#include "runtime/cpu.h"
#include "runtime/random_cases.h"
#include "runtime/step.h"

namespace qs::test {

namespace {

using Extents = std::array<int64_t, 3>;

struct Volume {
    Extents kernel, stride, padding, dilation;
    int64_t groups = 1, in = 1, out = 1;
    Shape input;

    int64_t count(size_t axis) const {
        const int64_t window = (kernel[axis] - 1) * dilation[axis] + 1;
        return (input[2 + axis] + 2 * padding[axis] - window) / stride[axis] + 1;
    }
    Shape output() const { return {input[0], out, count(0), count(1), count(2)}; }
};

std::vector<int64_t> listOf(const Extents& extents) {
    return {extents.begin(), extents.end()};
}

Volume randomVolume(std::mt19937& random) {
    Volume v;
    const int64_t kind = draw(random, 0, 2);  // dense, grouped, depthwise
    v.groups = kind == 0 ? 1 : draw(random, 2, 5);
    v.in = v.groups * (kind == 2 ? 1 : draw(random, 1, 20));
    v.out = v.groups * (kind == 2 ? draw(random, 1, 2) : draw(random, 1, 20));
    v.input = {draw(random, 0, 1) == 0 ? 1 : 3, v.in};
    for (size_t axis = 0; axis < 3; ++axis) {
        v.kernel[axis] = draw(random, 1, 3);
        v.stride[axis] = draw(random, 1, 3);
        v.dilation[axis] = draw(random, 1, 2);
        v.padding[axis] = draw(random, 0, v.kernel[axis] - 1);
        const int64_t window = (v.kernel[axis] - 1) * v.dilation[axis] + 1;
        v.input.push_back(draw(random, window, window + 5));
    }
    return v;
}

QNode convolutionOf(const Volume& v, std::mt19937& random, const std::optional<QParams>& x) {
    QNode node = plainNode("conv3d");
    node.attrs.set("stride", listOf(v.stride));
    node.attrs.set("padding", listOf(v.padding));
    node.attrs.set("dilation", listOf(v.dilation));
    node.attrs.set("groups", v.groups);
    node.weight =
        randomFloats({v.out, v.in / v.groups, v.kernel[0], v.kernel[1], v.kernel[2]}, random, -0.7F, 0.7F);
    if (draw(random, 0, 3) > 0) {
        node.bias = randomFloats({v.out}, random, -0.5F, 0.5F);
    }
    if (x) {
        QParams grid{DType::Int8, 0, {}, {}, -128, 127};
        for (int64_t o = 0; o < v.out; ++o) {
            grid.scale.push_back(std::uniform_real_distribution<double>(0.002, 0.01)(random));
            grid.zeroPoint.push_back(0);
        }
        node.weightInt = quantize(*node.weight, grid);
        node.weightQParams = grid;
    }
    return node;
}

int64_t integerAt(const at::Tensor& q, std::initializer_list<int64_t> place) {
    int64_t offset = 0;
    size_t axis = 0;
    for (const int64_t index : place) {
        offset += index * q.stride(static_cast<int64_t>(axis++));
    }
    return q.scalar_type() == at::kByte ? q.data_ptr<uint8_t>()[offset] : q.data_ptr<int8_t>()[offset];
}

/// Calls visit(n, o, d, h, w) for each place of the result.
template <typename Visit>
void forPlaces(const Shape& shape, const Visit& visit) {
    for (int64_t n = 0; n < shape[0]; ++n) {
        for (int64_t o = 0; o < shape[1]; ++o) {
            for (int64_t d = 0; d < shape[2]; ++d) {
                for (int64_t h = 0; h < shape[3]; ++h) {
                    for (int64_t w = 0; w < shape[4]; ++w) {
                        visit(n, o, d, h, w);
                    }
                }
            }
        }
    }
}

/// Calls visit(a, b, c, d, h, w) for each tap (a, b, c) of the window at a place that lies inside the input.
template <typename Visit>
void forTaps(const Volume& v, const Extents& place, const Visit& visit) {
    for (int64_t a = 0; a < v.kernel[0]; ++a) {
        for (int64_t b = 0; b < v.kernel[1]; ++b) {
            for (int64_t c = 0; c < v.kernel[2]; ++c) {
                const Extents tap{a, b, c};
                Extents at{};
                bool isInside = true;
                for (size_t axis = 0; axis < 3; ++axis) {
                    at[axis] = place[axis] * v.stride[axis] - v.padding[axis] + tap[axis] * v.dilation[axis];
                    isInside = isInside && at[axis] >= 0 && at[axis] < v.input[2 + axis];
                }
                if (isInside) {
                    visit(tap, at);
                }
            }
        }
    }
}

/// Largest difference in steps of y, and how many places differ at all.
struct Difference {
    int64_t worst = 0, places = 0, all = 0;

    void add(int64_t wanted, int64_t got) {
        worst = std::max(worst, std::abs(wanted - got));
        places += wanted != got;
        ++all;
    }
};

Difference differenceFromNaive(const Volume& v, const QNode& node, const QParams& x, const QParams& y,
                               const at::Tensor& input, const at::Tensor& result) {
    const at::Tensor bias = node.bias ? integerBias(node, x) : at::Tensor();
    const int64_t groupIn = v.in / v.groups, groupOut = v.out / v.groups;
    Difference difference;
    forPlaces(v.output(), [&](int64_t n, int64_t o, int64_t d, int64_t h, int64_t w) {
        int64_t sum = bias.defined() ? bias.data_ptr<int32_t>()[o] : 0;
        forTaps(v, {d, h, w}, [&](const Extents& tap, const Extents& at) {
            for (int64_t i = 0; i < groupIn; ++i) {
                const int64_t channel = o / groupOut * groupIn + i;
                sum += (integerAt(input, {n, channel, at[0], at[1], at[2]}) - x.zeroPoint[0]) *
                       integerAt(*node.weightInt, {o, i, tap[0], tap[1], tap[2]});
            }
        });
        double real =
            static_cast<double>(sum) * x.scale[0] * node.weightQParams->scale[static_cast<size_t>(o)];
        if (node.activation.kind == FusedActivation::Kind::Relu) {
            real = std::max(real, 0.0);
        }
        const auto q = static_cast<int64_t>(std::nearbyint(real / y.scale[0])) + y.zeroPoint[0];
        difference.add(std::clamp(q, y.quantMin, y.quantMax), integerAt(result, {n, o, d, h, w}));
    });
    return difference;
}

at::Tensor resultOf(Step& step) {
    return step.executor->runNode(1, step.integers).value().at(0).contiguous();
}

TEST(Volumes, ConvolutionsAreWhatNaiveIntegersGive) {
    for (unsigned seed = 1; seed <= 80; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const Volume v = randomVolume(random);
        const QParams x = randomActivation(random, drawScale(random));
        QNode node = convolutionOf(v, random, x);
        const int64_t terms = v.in / v.groups * v.kernel[0] * v.kernel[1] * v.kernel[2];
        QParams y = randomActivation(random, outputScale(x.scale[0], terms));
        if (draw(random, 0, 1) == 1) {
            node.activation = relu();
            y.zeroPoint = {(y.quantMin + y.quantMax) / 2};
        }
        Step step(node, {v.input}, {x}, y, seed);
        for (const int fill : {-1, 0, 1}) {
            SCOPED_TRACE(fill < 0 ? "random" : fill == 0 ? "all at the bottom" : "all at the top");
            if (fill >= 0) {
                step.fillWithEnd(0, fill == 1);
            }
            const Difference difference =
                differenceFromNaive(v, node, x, y, step.integers[0], resultOf(step));
            EXPECT_LE(difference.worst, 1);
            // A tie of a step that is the same everywhere may go to either side.
            EXPECT_TRUE(fill >= 0 || difference.places <= difference.all / 50) << difference.places;
        }
        step.expectMatches(0.98);
        // What no kernel here takes: groups of odd widths with padding that is not the byte 0, and before
        // AVX-512 all groups of several channels.
        const bool isLeft = v.in > v.groups && v.groups > 1 &&
                            (!cpuInfo().isa.starts_with("avx512") ||
                             step.implementation().find("pads some groups") != std::string::npos);
        EXPECT_TRUE(isLeft || isFast(step.implementation())) << step.implementation();
    }
}

TEST(Volumes, DenseConvolutionsRunOnGeneratedIntegerCode) {
    std::mt19937 random(1);
    const Volume v{{3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1, 16, 32, {1, 16, 4, 8, 8}};
    const QParams x = activation(DType::UInt8, 0.02, 121);
    Step step(convolutionOf(v, random, x), {v.input}, {x}, activation(DType::UInt8, 0.1, 128));
    EXPECT_TRUE(isFast(step.implementation())) << step.implementation();
    if (step.implementation().find("without VNNI") == std::string::npos) {
        EXPECT_NE(step.implementation().find("jit"), std::string::npos) << step.implementation();
    }
}

TEST(Volumes, ConvolutionsOfFloatsAreOnLibrariesToo) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        std::mt19937 random(seed);
        const Volume v = randomVolume(random);
        EXPECT_TRUE(isFast(testFloat(convolutionOf(v, random, {}), {v.input}, seed)));
    }
}

TEST(Volumes, ResidualsAreAddedInTheSameStep) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const Volume v = randomVolume(random);
        const QParams x = randomActivation(random, drawScale(random));
        QNode node = convolutionOf(v, random, x);
        const double scale =
            outputScale(x.scale[0], v.in / v.groups * v.kernel[0] * v.kernel[1] * v.kernel[2]);
        node.hasAdd = true;
        if (draw(random, 0, 1) == 1) {
            node.preAdd = overWholeType(randomActivation(random, scale));
        }
        const QParams residual = randomActivation(random, scale * 1.37);
        Step step(node, {v.input, v.output()}, {x, residual}, randomActivation(random, scale), seed);
        step.expectMatches(0.95);
    }
}

/// C, D, H, W has as many extents as images have.
TEST(Volumes, WithoutABatchAreNoImages) {
    QNode pool = plainNode("avg_pool3d");
    for (const char* list : {"kernel", "stride"}) {
        pool.attrs.set(list, std::vector<int64_t>{2, 2, 2});
    }
    pool.attrs.set("padding", std::vector<int64_t>{0, 0, 0});
    pool.attrs.set("ceil_mode", false);
    pool.attrs.set("count_include_pad", true);
    QNode global = plainNode("adaptive_avg_pool3d");
    global.attrs.set("output_size", std::vector<int64_t>{1, 1, 1});
    const QParams x = activation(DType::UInt8, 0.03, 117), y = activation(DType::UInt8, 0.02, 5);
    for (const QNode& node : {pool, global}) {
        SCOPED_TRACE(node.op);
        Step(node, {{3, 4, 6, 8}}, {x}, y).expectMatches(0.9);
        testFloat(node, {{3, 4, 6, 8}}, 1);
    }
}

TEST(Volumes, MaximaAreThoseOfTheWindows) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        Volume v = randomVolume(random);
        v.out = v.in;
        QNode pool = plainNode("max_pool3d");
        for (size_t axis = 0; axis < 3; ++axis) {
            v.padding[axis] = std::min(v.padding[axis], v.kernel[axis] / 2);
        }
        pool.attrs.set("kernel", listOf(v.kernel));
        pool.attrs.set("stride", listOf(v.stride));
        pool.attrs.set("padding", listOf(v.padding));
        pool.attrs.set("dilation", listOf(v.dilation));
        pool.attrs.set("ceil_mode", false);
        const QParams x = randomActivation(random, drawScale(random));
        Step step(pool, {v.input}, {x}, x, seed);
        const at::Tensor result = resultOf(step);
        forPlaces(v.output(), [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
            int64_t most = std::numeric_limits<int64_t>::min();
            forTaps(v, {d, h, w}, [&](const Extents&, const Extents& at) {
                most = std::max(most, integerAt(step.integers[0], {n, c, at[0], at[1], at[2]}));
            });
            ASSERT_EQ(integerAt(result, {n, c, d, h, w}), most);
        });
        const bool isDilated = v.dilation != Extents{1, 1, 1};  // which no library has in integers
        EXPECT_TRUE(isDilated || isFast(step.implementation())) << step.implementation();
    }
}

TEST(Volumes, AveragesAreThoseOfTheWindows) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        Volume v = randomVolume(random);
        v.out = v.in;
        v.dilation = {1, 1, 1};
        const bool counts = draw(random, 0, 1) == 1;
        for (size_t axis = 0; axis < 3; ++axis) {
            v.padding[axis] = std::min(v.padding[axis], v.kernel[axis] / 2);
        }
        QNode pool = plainNode("avg_pool3d");
        pool.attrs.set("kernel", listOf(v.kernel));
        pool.attrs.set("stride", listOf(v.stride));
        pool.attrs.set("padding", listOf(v.padding));
        pool.attrs.set("ceil_mode", false);
        pool.attrs.set("count_include_pad", counts);
        const QParams x = randomActivation(random, drawScale(random));
        // A grid of its own.
        const QParams y = randomActivation(random, drawScale(random));
        Step step(pool, {v.input}, {x}, y, seed);
        const at::Tensor result = resultOf(step);
        Difference difference;
        forPlaces(v.output(), [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
            int64_t sum = 0, places = 0;
            forTaps(v, {d, h, w}, [&](const Extents&, const Extents& at) {
                sum += integerAt(step.integers[0], {n, c, at[0], at[1], at[2]}) - x.zeroPoint[0];
                ++places;
            });
            const int64_t counted = counts ? v.kernel[0] * v.kernel[1] * v.kernel[2] : places;
            const double mean = static_cast<double>(sum) / static_cast<double>(counted) * x.scale[0];
            const auto q = static_cast<int64_t>(std::nearbyint(mean / y.scale[0])) + y.zeroPoint[0];
            difference.add(std::clamp(q, y.quantMin, y.quantMax), integerAt(result, {n, c, d, h, w}));
        });
        EXPECT_LE(difference.worst, 1);
        EXPECT_LE(difference.places, difference.all / 20) << "of " << difference.all;
        EXPECT_TRUE(isFast(step.implementation())) << step.implementation();
    }
}

}  // namespace

}  // namespace qs::test
