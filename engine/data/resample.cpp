#include "data/resample.h"

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

constexpr int kPrecisionBits = 32 - 8 - 2;
constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

/// The input pixels [first, first + weights.size()) that make one output pixel.
struct Tap {
    int first = 0;
    std::vector<int32_t> weights;
};

/// Halves go up, as in Pillow.
int32_t roundHalfUp(double value) {
    return int32_t(std::floor(value + 0.5));
}

std::vector<Tap> makeTaps(int in, int out) {
    const double scale = double(in) / out;
    const double support = std::max(scale, 1.0);
    std::vector<Tap> taps(out);
    std::vector<double> weights;
    for (int x = 0; x < out; ++x) {
        const double center = (x + 0.5) * scale;
        const int first = std::max(roundHalfUp(center - support), 0);
        const int last = std::min(roundHalfUp(center + support), in);
        weights.clear();
        double sum = 0;
        for (int i = first; i < last; ++i) {
            const double distance = std::abs((i - center + 0.5) * (1.0 / support));
            weights.push_back(distance < 1.0 ? 1.0 - distance : 0.0);
            sum += weights.back();
        }
        taps[x].first = first;
        for (const double weight : weights) {
            const double normalized = sum != 0.0 ? weight / sum : weight;
            taps[x].weights.push_back(roundHalfUp(normalized * (1 << kPrecisionBits)));
        }
    }
    return taps;
}

uint8_t toPixel(int32_t sum) {
    return uint8_t(std::clamp(sum >> kPrecisionBits, 0, 255));
}

template <int Channels>
Image resizeRows(const Image& image, int width) {
    const std::vector<Tap> taps = makeTaps(image.width, width);
    Image result(width, image.height, Channels);
    for (int y = 0; y < image.height; ++y) {
        const uint8_t* in = image.row(y);
        uint8_t* out = result.row(y);
        for (const Tap& tap : taps) {
            int32_t sums[Channels];
            std::fill_n(sums, Channels, kHalf);
            const uint8_t* pixel = in + ptrdiff_t(tap.first) * Channels;
            for (const int32_t weight : tap.weights) {
                for (int c = 0; c < Channels; ++c) {
                    sums[c] += *pixel++ * weight;
                }
            }
            for (int c = 0; c < Channels; ++c) {
                *out++ = toPixel(sums[c]);
            }
        }
    }
    return result;
}

Image resizeColumns(const Image& image, int height) {
    const std::vector<Tap> taps = makeTaps(image.height, height);
    Image result(image.width, height, image.channels);
    std::vector<int32_t> sums(image.rowBytes());
    for (int y = 0; y < height; ++y) {
        std::fill(sums.begin(), sums.end(), kHalf);
        for (size_t i = 0; i < taps[y].weights.size(); ++i) {
            const uint8_t* in = image.row(taps[y].first + int(i));
            const int32_t weight = taps[y].weights[i];
            for (size_t x = 0; x < sums.size(); ++x) {
                sums[x] += in[x] * weight;
            }
        }
        std::transform(sums.begin(), sums.end(), result.row(y), toPixel);
    }
    return result;
}

}  // namespace

Image resizeBilinear(const Image& image, int width, int height) {
    if (width == image.width && height == image.height) {
        return image;
    }
    if (width == image.width) {
        return resizeColumns(image, height);
    }
    const Image wide = image.channels == 1 ? resizeRows<1>(image, width) : resizeRows<3>(image, width);
    return height == image.height ? wide : resizeColumns(wide, height);
}

}  // namespace qs
