// Transposed convolutions against the reference.

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/step.h"

namespace qs::test {

namespace {

struct Layer {
    WeightedSpec spec;
    int64_t outputPadding, height, width;
    bool mayFallBack = false;  ///< oneDNN has only a slow loop for it on some processors
};

std::vector<Layer> layers() {
    return {
        {{.in = 24, .out = 24, .kernel = 2, .stride = 2, .padding = 0, .perChannel = false}, 0, 9, 7},
        {{.in = 24, .out = 1, .kernel = 2, .stride = 2, .padding = 0}, 0, 9, 7},
        {{.in = 32, .out = 16, .kernel = 4, .stride = 2, .padding = 1}, 0, 8, 8},
        {{.in = 16, .out = 16, .stride = 2}, 1, 8, 6},
        {{.in = 16, .out = 8, .stride = 3, .padding = 0}, 2, 5, 6, true},
        {{.in = 16, .out = 8, .kernel = 2, .stride = 3, .padding = 0}, 0, 5, 6, true},
        {{.in = 16, .out = 8, .stride = 2, .padding = 1, .dilation = 2}, 0, 5, 6, true},
        {{.in = 16, .out = 8, .stride = 2, .padding = 1, .dilation = 3}, 1, 5, 6, true},
        {{.in = 16, .out = 8, .stride = 2, .padding = 0}, 1, 5, 6, true},
        {{.in = 16, .out = 8, .kernel = 5, .stride = 2, .padding = 2}, 1, 5, 6, true},
        {{.in = 16, .out = 16, .dilation = 2}, 0, 8, 8, true},
        {{.in = 5, .out = 7, .stride = 2, .bias = false}, 0, 9, 9},
        {{.in = 32, .out = 32, .stride = 2, .groups = 2, .perChannel = false}, 1, 8, 8},
        {{.in = 6, .out = 10, .stride = 2, .groups = 2, .perChannel = false}, 1, 9, 9, true},
        {{.in = 16, .out = 16, .kernel = 4, .stride = 2, .groups = 16, .perChannel = false}, 0, 8, 8, true},
        {{.in = 17, .out = 17, .stride = 2, .groups = 17, .perChannel = false}, 1, 8, 8, true}};
}

/// Lets the sums fill the output's range: a pixel meets about (kernel / stride)^2 taps.
double outputScale(const QParams& x, const WeightedSpec& spec) {
    const double taps = static_cast<double>(spec.kernel) / static_cast<double>(spec.stride);
    return x.scale[0] * 75 * 0.4 * std::sqrt(static_cast<double>(spec.in / spec.groups) * taps * taps) / 42;
}

TEST(IntegerConvTranspose, MatchesTheReference) {
    const std::vector<QParams> results{activation(DType::UInt8, 1, 128), activation(DType::Int8, 1, -9),
                                       activation(DType::UInt8, 1, 0),
                                       reduced(activation(DType::UInt8, 1, 64))};
    unsigned seed = 1;
    for (const QParams& x : inputTypes()) {
        for (const Layer& layer : layers()) {
            for (const int variation : {0, 1, 2}) {
                SCOPED_TRACE("seed " + std::to_string(seed));
                std::mt19937 random(seed);
                QParams y = results[seed++ % results.size()];
                y.scale = {outputScale(x, layer.spec)};
                WeightedSpec spec = layer.spec;
                spec.activation = variation == 0   ? FusedActivation{}
                                  : variation == 1 ? relu()
                                                   : clip(-3.7 * y.scale[0], 33.1 * y.scale[0]);
                Step step(randomConvTranspose2d(spec, layer.outputPadding, random, x),
                          {{2, spec.in, layer.height, layer.width}}, {x}, y, seed);
                step.expectMatches(0.99);
                EXPECT_TRUE(layer.mayFallBack || isFast(step.implementation())) << step.implementation();
            }
        }
    }
}

TEST(IntegerConvTranspose, LeavesScalesAlongTheInputToTheReference) {
    std::mt19937 random(1);
    const QParams x = inputTypes()[1];
    QNode node = randomConvTranspose2d({.in = 8, .out = 8}, 0, random, x);
    node.weightQParams->axis = 0;
    node.bias.reset();
    Step step(node, {{1, 8, 5, 5}}, {x}, activation(DType::UInt8, 0.2, 128));
    step.expectMatches("reference (its weight is not quantized along the output channels)", 1);
}

TEST(FloatConvTranspose, MatchesATen) {
    unsigned seed = 1;
    for (const Layer& layer : layers()) {
        for (const FusedActivation& activation : {FusedActivation{}, relu(), clip(-0.3, 0.4)}) {
            std::mt19937 random(seed);
            WeightedSpec spec = layer.spec;
            spec.activation = activation;
            const std::string used = testFloat(randomConvTranspose2d(spec, layer.outputPadding, random, {}),
                                               {{2, spec.in, layer.height, layer.width}}, seed++);
            EXPECT_EQ(used.find("reference"), std::string::npos) << used;
        }
    }
}

}  // namespace

}  // namespace qs::test
