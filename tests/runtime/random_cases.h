#pragma once

#include <cstdint>
#include <random>

#include "support/quantized_graph_builder.h"

namespace qs::test {

// What tests of kernels draw their cases from; a seed makes the same case again.

int64_t draw(std::mt19937& random, int64_t low, int64_t high);

/// Signed or unsigned, over the whole range or with the top bit unused, any zero point in it.
QParams randomActivation(std::mt19937& random, double scale);
double drawScale(std::mt19937& random);
/// A scale that lets sums of `terms` products of x and weights fill a byte.
double outputScale(double scale, int64_t terms);
FusedActivation randomActivationFunction(std::mt19937& random, double scale);

struct ConvolutionCase {
    WeightedSpec spec;
    Shape input, output;
};
/// Dense, grouped or depthwise, strided, dilated, padded; one to three samples.
ConvolutionCase randomConvolution(std::mt19937& random);

}  // namespace qs::test
