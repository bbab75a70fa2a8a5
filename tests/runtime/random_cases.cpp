#include "runtime/random_cases.h"

#include <cmath>

namespace qs::test {

int64_t draw(std::mt19937& random, int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
}

QParams randomActivation(std::mt19937& random, double scale) {
    QParams q = activation(draw(random, 0, 1) ? DType::UInt8 : DType::Int8, scale, 0);
    if (draw(random, 0, 3) == 0) {
        q = reduced(q);
    }
    q.zeroPoint = {draw(random, q.quantMin, q.quantMax)};
    return q;
}

double drawScale(std::mt19937& random) {
    return std::uniform_real_distribution<double>(0.005, 0.05)(random);
}

double outputScale(double scale, int64_t terms) {
    return scale * 70 * 0.4 * std::sqrt(static_cast<double>(terms)) / 40;
}

FusedActivation randomActivationFunction(std::mt19937& random, double scale) {
    switch (draw(random, 0, 2)) {
        case 0:
            return {};
        case 1:
            return relu();
        default:
            return clip(-3.7 * scale, 33.1 * scale);
    }
}

ConvolutionCase randomConvolution(std::mt19937& random) {
    ConvolutionCase c;
    WeightedSpec& s = c.spec;
    const int64_t kind = draw(random, 0, 2);
    s.groups = kind == 0 ? 1 : draw(random, 2, 5);
    s.in = s.groups * (kind == 2 ? 1 : draw(random, 1, 20));
    s.out = s.groups * (kind == 2 ? draw(random, 1, 2) : draw(random, 1, 20));
    s.kernel = draw(random, 1, 5);
    s.stride = draw(random, 1, 3);
    s.dilation = draw(random, 1, 2);
    s.padding = draw(random, 0, s.kernel - 1);
    s.perChannel = draw(random, 0, 1) == 1;
    s.bias = draw(random, 0, 3) > 0;
    const int64_t extent = (s.kernel - 1) * s.dilation + 1;
    c.input = {draw(random, 1, 3), s.in, draw(random, extent, extent + 9), draw(random, extent, extent + 9)};
    const auto count = [&](int64_t x) { return (x + 2 * s.padding - extent) / s.stride + 1; };
    c.output = {c.input[0], s.out, count(c.input[2]), count(c.input[3])};
    return c;
}

}  // namespace qs::test
