// That integer steps round as ops/requantization.h and loops.h say, bit for bit, against naive loops. The
// same integers come from ONNX Runtime's kernels on the files that are exported; see tests/corpus.

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/integer_bias.h"
#include "ops/quantize.h"
#include "runtime/cpu.h"
#include "runtime/random_cases.h"
#include "runtime/step.h"

namespace qs::test {

namespace {

struct Limits {
    double low, high;
};

/// q between these: the type's range and what the activation leaves of it.
Limits limitsOf(const QNode& node, const QParams& y) {
    Limits limits{static_cast<double>(y.quantMin), static_cast<double>(y.quantMax)};
    if (node.activation.kind == FusedActivation::Kind::Relu) {
        limits.low = std::max(limits.low, static_cast<double>(y.zeroPoint[0]));
    }
    return limits;
}

float scaleOf(const QParams& qparams, size_t channel = 0) {
    return static_cast<float>(qparams.scale[qparams.perChannel() ? channel : 0]);
}

float clampedTo(const QParams& y, float q) {
    return std::clamp(q, static_cast<float>(y.quantMin), static_cast<float>(y.quantMax));
}

/// Elements in the order of N, C, H, W.
template <typename Value>
at::Tensor eachElement(const at::Tensor& like, const QParams& y, const Value& value) {
    at::Tensor result = at::empty(like.sizes(), at::kFloat);
    const int64_t channels = like.size(1), pixels = like.size(2) * like.size(3);
    for (int64_t i = 0; i < like.numel(); ++i) {
        result.data_ptr<float>()[i] = value(i, i / pixels % channels);
    }
    return result.to(y.dtype == DType::UInt8 ? at::kByte : at::kChar);
}

at::Tensor flatFloats(const at::Tensor& integers) {
    return integers.to(at::kFloat).contiguous();
}

/// Accumulators of a convolution: exact in double.
at::Tensor accumulators(const QNode& node, const at::Tensor& x, const QParams& p) {
    const at::Tensor centred = x.to(at::kDouble) - static_cast<double>(p.zeroPoint[0]);
    const Attributes& a = node.attrs;
    const at::Tensor bias = node.bias ? integerBias(node, p).to(at::kDouble) : at::Tensor();
    return at::conv2d(centred, node.weightInt->to(at::kDouble), bias, a.ints("stride"), a.ints("padding"),
                      a.ints("dilation"), a.get<int64_t>("groups", 1))
        .to(at::kFloat)
        .contiguous();
}

/// round(accumulator * (s_x * s_w / s_y)) + z_y.
at::Tensor naiveConvolution(const QNode& node, const at::Tensor& x, const QParams& p, const QParams& y,
                            Limits limits) {
    const at::Tensor sums = accumulators(node, x, p);
    return eachElement(sums, y, [&](int64_t i, int64_t channel) {
        const float scale =
            scaleOf(p) * scaleOf(*node.weightQParams, static_cast<size_t>(channel)) / scaleOf(y);
        const double q =
            std::nearbyint(sums.data_ptr<float>()[i] * scale) + static_cast<double>(y.zeroPoint[0]);
        return static_cast<float>(std::clamp(q, limits.low, limits.high));
    });
}

at::Tensor naiveSum(const at::Tensor& a, const QParams& p, const at::Tensor& b, const QParams& q,
                    const QParams& y, Limits limits) {
    const at::Tensor left = flatFloats(a), right = flatFloats(b);
    const float ratio = scaleOf(p) / scaleOf(y), other = scaleOf(q) / scaleOf(y);
    const auto zero = [](const QParams& qparams) { return static_cast<float>(qparams.zeroPoint[0]); };
    const float moved = zero(y) - std::fma(ratio, zero(p), other * zero(q));
    return eachElement(a, y, [&](int64_t i, int64_t) {
        const float sum =
            std::fma(left.data_ptr<float>()[i], ratio, std::fma(right.data_ptr<float>()[i], other, moved));
        return std::nearbyint(
            std::clamp(sum, static_cast<float>(limits.low), static_cast<float>(limits.high)));
    });
}

at::Tensor resultOf(Step& step) {
    auto outputs = step.executor->runNode(step.integers.size(), step.integers);
    EXPECT_TRUE(outputs) << outputs.error().message;
    return outputs->at(0).contiguous();
}

/// Unsigned ones leave room for sums of two products in 16 bits; others only where the processor has it too.
QParams inputOf(std::mt19937& random) {
    return cpuHasVnni() ? randomActivation(random, drawScale(random))
                        : reduced(activation(DType::UInt8, drawScale(random), draw(random, 0, 127)));
}

/// What is left to the reference rounds in its own way.
bool isKernel(Step& step) {
    return !step.implementation().starts_with("reference");
}

/// Enough for a few values that another order of operations would round otherwise.
Shape manyRows(int64_t width) {
    return {1, 50, 1 + 10000 / width, width};
}

class Rounding : public ::testing::TestWithParam<unsigned> {
  protected:
    std::mt19937 random{GetParam()};
    WeightedSpec spec{
        .in = draw(random, 1, 40), .out = draw(random, 1, 40), .kernel = draw(random, 0, 1) * 2 + 1};
    QParams x = inputOf(random);
    double scale = outputScale(x.scale[0], spec.in* spec.kernel* spec.kernel);
    QParams y = randomActivation(random, scale * 1.21);
    Shape input{2, spec.in, 9, 8}, output{2, spec.out, spec.kernel == 1 ? 11 : 9, spec.kernel == 1 ? 10 : 8};
};

TEST_P(Rounding, OfConvolutions) {
    spec.activation = draw(random, 0, 1) == 1 ? relu() : FusedActivation{};
    QNode node = randomConv2d(spec, random, x);
    if (GetParam() % 2 == 0) {
        // Powers of two, which leave halves: one in some 500 values at 40 of a byte's steps.
        const auto terms = static_cast<double>(spec.in * spec.kernel * spec.kernel);
        x.scale[0] = std::exp2(-6);
        std::ranges::fill(node.weightQParams->scale, std::exp2(-7));
        y.scale[0] = std::exp2(-13 + std::round(std::log2(88 * std::sqrt(terms))));
        node.bias.reset();
    }
    Step step(node, {input}, {x}, y, GetParam());
    if (!isKernel(step)) {
        GTEST_SKIP() << step.implementation();
    }
    EXPECT_TRUE(at::equal(resultOf(step), naiveConvolution(node, step.integers[0], x, y, limitsOf(node, y))))
        << step.implementation();
}

TEST_P(Rounding, OfResiduals) {
    spec.activation = draw(random, 0, 1) == 1 ? relu() : FusedActivation{};
    if (draw(random, 0, 1) == 1) {
        y = activation(DType::UInt8, y.scale[0], 0);  // which oneDNN adds itself
    }
    spec.hasAdd = true;
    QNode node = randomConv2d(spec, random, x);
    const QParams own = overWholeType(randomActivation(random, scale)),
                  residual = randomActivation(random, scale * 1.37);
    node.preAdd = own;
    Step step(node, {input, output}, {x, residual}, y, GetParam());
    if (!isKernel(step) || cpuInfo().isa == "sse41") {  // which has no fused multiply-add
        GTEST_SKIP() << step.implementation();
    }
    const at::Tensor product =
        naiveConvolution(node, step.integers[0], x, own,
                         {static_cast<double>(own.quantMin), static_cast<double>(own.quantMax)});
    EXPECT_TRUE(
        at::equal(resultOf(step), naiveSum(product, own, step.integers[1], residual, y, limitsOf(node, y))))
        << step.implementation();
}

TEST_P(Rounding, OfSums) {
    const QParams p = randomActivation(random, 0.02), q = randomActivation(random, drawScale(random));
    const QNode node = plainNode("add");
    Step step(node, {input, input}, {p, q}, y = randomActivation(random, 0.04), GetParam());
    EXPECT_TRUE(
        at::equal(resultOf(step), naiveSum(step.integers[0], p, step.integers[1], q, y, limitsOf(node, y))));
}

TEST_P(Rounding, OfProducts) {
    const QParams p = randomActivation(random, 0.02), q = randomActivation(random, drawScale(random));
    y = randomActivation(random, 128 * p.scale[0] * q.scale[0]);
    Step step(plainNode("mul"), {input, input}, {p, q}, y, GetParam());
    const at::Tensor left = flatFloats(step.integers[0]), right = flatFloats(step.integers[1]);
    const float ratio = scaleOf(p) * scaleOf(q) / scaleOf(y);
    const auto expected = eachElement(left, y, [&](int64_t i, int64_t) {
        const float product = (left.data_ptr<float>()[i] - static_cast<float>(p.zeroPoint[0])) *
                              (right.data_ptr<float>()[i] - static_cast<float>(q.zeroPoint[0])) * ratio;
        return std::nearbyint(std::clamp(product + static_cast<float>(y.zeroPoint[0]),
                                         static_cast<float>(y.quantMin), static_cast<float>(y.quantMax)));
    });
    EXPECT_TRUE(at::equal(resultOf(step), expected));
}

/// An even number of pixels, whose means often are halves.
TEST_P(Rounding, OfMeans) {
    QNode node = plainNode("adaptive_avg_pool2d");
    node.attrs.set("output_size", std::vector<int64_t>{1, 1});
    if (draw(random, 0, 1) == 1) {
        y = x;
    }
    Step step(node, {input}, {x}, y, GetParam());
    const at::Tensor pixels = step.integers[0].to(at::kDouble) - static_cast<double>(x.zeroPoint[0]);
    const at::Tensor sums = pixels.sum({2, 3}, true).to(at::kFloat).contiguous();
    const float mean = scaleOf(x) / (scaleOf(y) * static_cast<float>(input[2] * input[3]));
    const auto expected = eachElement(sums, y, [&](int64_t i, int64_t) {
        const double q =
            std::nearbyint(sums.data_ptr<float>()[i] * mean) + static_cast<double>(y.zeroPoint[0]);
        return static_cast<float>(
            std::clamp(q, static_cast<double>(y.quantMin), static_cast<double>(y.quantMax)));
    });
    EXPECT_TRUE(at::equal(resultOf(step), expected));
}

/// Windows whose means often are halves, over padding too.
TEST_P(Rounding, OfPooledAverages) {
    const int64_t padding = draw(random, 0, 1), kernel = 2 + padding;
    const bool counts = draw(random, 0, 1) == 1;
    QNode node = plainNode("avg_pool2d");
    node.attrs.set("kernel", std::vector<int64_t>{kernel, kernel});
    node.attrs.set("stride", std::vector<int64_t>{2, 2});
    node.attrs.set("padding", std::vector<int64_t>{padding, padding});
    node.attrs.set("ceil_mode", false);
    node.attrs.set("count_include_pad", counts);
    if (draw(random, 0, 1) == 1) {
        x.zeroPoint = {0};
    }
    if (draw(random, 0, 2) > 0) {
        y = x;  // which oneDNN averages where there are no halves
    }
    Step step(node, {input}, {x}, y, GetParam());
    const at::Tensor result = resultOf(step), from = step.integers[0].contiguous();
    const int64_t channels = input[1], rows = input[2], columns = input[3];
    const at::Tensor steps = flatFloats(from) - static_cast<float>(x.zeroPoint[0]);
    const auto expected = eachElement(result, y, [&](int64_t i, int64_t c) {
        const int64_t column = i % result.size(3), row = i / result.size(3) % result.size(2);
        const int64_t image = i / result.size(3) / result.size(2) / channels;
        float sum = 0;
        int64_t places = 0;
        for (int64_t h = 2 * row - padding; h < 2 * row - padding + kernel; ++h) {
            for (int64_t w = 2 * column - padding; w < 2 * column - padding + kernel; ++w) {
                if (h >= 0 && w >= 0 && h < rows && w < columns) {
                    const float real =
                        scaleOf(x) *
                        steps.data_ptr<float>()[((image * channels + c) * rows + h) * columns + w];
                    sum += real;
                    ++places;
                }
            }
        }
        const float mean = sum / static_cast<float>(counts ? kernel * kernel : places);
        return clampedTo(y, std::nearbyint(mean / scaleOf(y) + static_cast<float>(y.zeroPoint[0])));
    });
    EXPECT_TRUE(at::equal(result, expected));
}

/// weight * x + bias in 127 steps of a scale a channel, as a depthwise convolution has them.
TEST_P(Rounding, OfBatchNorms) {
    QNode node = plainNode("batch_norm");
    node.attrs.set("eps", 1e-5);
    node.activation = draw(random, 0, 1) == 1 ? relu() : FusedActivation{};
    for (int i = 0; i < 4; ++i) {
        node.constants.push_back(randomFloats({input[1]}, random));
    }
    node.constants[3] = node.constants[3].abs() + 0.1;
    Step step(node, {input}, {x}, y, GetParam());
    const at::Tensor factor =
        node.constants[0].to(at::kDouble) / (node.constants[3].to(at::kDouble) + 1e-5).sqrt();
    const at::Tensor offset =
        (node.constants[1].to(at::kDouble) - node.constants[2].to(at::kDouble) * factor).contiguous();
    const at::Tensor steps = flatFloats(step.integers[0]) - static_cast<float>(x.zeroPoint[0]);
    const auto expected = eachElement(steps, y, [&](int64_t i, int64_t c) {
        const double slope = factor.data_ptr<double>()[c];
        const auto unit = static_cast<float>(std::abs(slope) / 127);
        const double bias =
            std::nearbyint(offset.data_ptr<double>()[c] / static_cast<double>(unit * scaleOf(x)));
        const double sum = (slope < 0 ? -127 : 127) * static_cast<double>(steps.data_ptr<float>()[i]) + bias;
        const float scale = scaleOf(x) * unit / scaleOf(y);
        const double q =
            std::nearbyint(static_cast<float>(sum) * scale) + static_cast<double>(y.zeroPoint[0]);
        return static_cast<float>(std::clamp(q, limitsOf(node, y).low, limitsOf(node, y).high));
    });
    EXPECT_TRUE(at::equal(resultOf(step), expected));
}

/// A constant for each pixel that convert() put on a grid.
TEST_P(Rounding, OfSumsWithConstants) {
    const QParams c = randomActivation(random, drawScale(random));
    QNode node = plainNode("add");
    const auto range = static_cast<float>(200 * c.scale[0]);
    const at::Tensor integers = quantize(randomFloats({1, 1, input[2], input[3]}, random, -range, range), c);
    node.constants = {dequantize(integers, c)};
    node.constantQParams = c;
    Step step(node, {input}, {x}, y, GetParam());
    if (cpuInfo().isa == "sse41") {
        GTEST_SKIP() << "no fused multiply-add";
    }
    EXPECT_TRUE(at::equal(resultOf(step), naiveSum(step.integers[0], x, integers.expand(input).contiguous(),
                                                   c, y, limitsOf(node, y))));
}

/// Squares in eight sums of float32, which are added up by halves.
TEST_P(Rounding, OfLayerNorms) {
    const int64_t width = 8 * draw(random, 1, 40);
    QNode node = plainNode("layer_norm");
    node.attrs.set("normalized_shape", std::vector<int64_t>{width});
    node.attrs.set("eps", 1e-5);
    node.constants = {randomFloats({width}, random), randomFloats({width}, random)};
    const QParams z = randomActivation(random, 0.03);
    Step step(node, {manyRows(width)}, {x}, z, GetParam());
    const at::Tensor real = scaleOf(x) * (flatFloats(step.integers[0]) - static_cast<float>(x.zeroPoint[0]));
    float mean = 0, factor = 0;
    const auto expected = eachElement(real, z, [&](int64_t i, int64_t) {
        const float* row = real.data_ptr<float>() + i / width * width;
        if (i % width == 0) {
            mean = static_cast<float>(std::accumulate(row, row + width, 0.0) / static_cast<double>(width));
            std::array<float, 8> sums = {};
            for (int64_t k = 0; k < width; ++k) {
                float& sum = sums.at(static_cast<size_t>(k % 8));
                sum = std::fma(row[k] - mean, row[k] - mean, sum);
            }
            const float squares =
                ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
            factor = 1 / std::sqrt(squares / static_cast<float>(width) + 1e-5F);
        }
        const float value =
            std::fma((row[i % width] - mean) * factor, node.constants[0].data_ptr<float>()[i % width],
                     node.constants[1].data_ptr<float>()[i % width]);
        return clampedTo(z, std::nearbyint(value / scaleOf(z)) + static_cast<float>(z.zeroPoint[0]));
    });
    EXPECT_TRUE(at::equal(resultOf(step), expected));
}

/// exp(x - max + m) summed up one after the other; e^5 below the largest float.
TEST_P(Rounding, OfSoftmax) {
    const int64_t width = GetParam() % 2 == 0 ? draw(random, 1, 16) : draw(random, 1, 260);
    QNode node = plainNode("softmax");
    node.attrs.set("dim", int64_t{-1});
    const QParams z = activation(DType::UInt8, 1.0 / 256, 0);
    Step step(node, {manyRows(width)}, {x}, z, GetParam());
    const at::Tensor from = flatFloats(step.integers[0]);
    const float most = std::numeric_limits<float>::max() / static_cast<float>(width);
    const double scale = scaleOf(x), raised = (static_cast<double>(std::log(most)) - 5) / scale;
    std::array<float, 256> exponentials = {};
    for (size_t below = 0; below < exponentials.size(); ++below) {
        exponentials.at(below) = static_cast<float>(std::exp((raised - static_cast<double>(below)) * scale));
    }
    float largest = 0, sum = 0;
    const auto expected = eachElement(from, z, [&](int64_t i, int64_t) {
        const float* row = from.data_ptr<float>() + i / width * width;
        const auto exponential = [&](float q) { return exponentials.at(static_cast<size_t>(largest - q)); };
        if (i % width == 0) {
            largest = *std::max_element(row, row + width);
            sum = 0;
            for (int64_t k = 0; k < width; ++k) {
                sum += exponential(row[k]);
            }
        }
        return clampedTo(z, std::nearbyint(exponential(row[i % width]) * 256 / sum));
    });
    EXPECT_TRUE(at::equal(resultOf(step), expected));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rounding, ::testing::Range(1U, 25U));

/// oneDNN 2.6 pads some groups of such a convolution with another zero point.
TEST(GroupedConvolution, WithOddChannelsAndPaddingIsRight) {
    std::mt19937 random(1);
    const QParams x = activation(DType::UInt8, 0.02, 103);
    const WeightedSpec spec{.in = 51, .out = 57, .kernel = 4, .stride = 2, .padding = 1, .groups = 3};
    Step step(randomConv2d(spec, random, x), {{3, 51, 15, 15}}, {x},
              activation(DType::UInt8, outputScale(0.02, 17 * 16), 100));
    step.expectMatches(0.98);
}

}  // namespace

}  // namespace qs::test
