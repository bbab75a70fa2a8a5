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

/// A filter of `support` input pixels to either side, before it widens with the reduction.
struct Filter {
    double support;
    double (*weight)(double distance);
};

double triangle(double x) {
    x = std::abs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

/// Keys' cubic with a = -1/2.
double cubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1.0) {
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    }
    return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

/// Halves go away from zero, as in Pillow.
int32_t roundHalfAway(double value) {
    return int32_t(value < 0 ? value - 0.5 : value + 0.5);
}

std::vector<Tap> makeTaps(int in, int out, const Filter& filter) {
    const double scale = double(in) / out;
    const double widening = std::max(scale, 1.0);
    const double support = filter.support * widening;
    std::vector<Tap> taps(static_cast<size_t>(out));
    std::vector<double> weights;
    for (int x = 0; x < out; ++x) {
        const double center = (x + 0.5) * scale;
        const int first = std::max(int(center - support + 0.5), 0);
        const int last = std::min(int(center + support + 0.5), in);
        weights.clear();
        double sum = 0;
        for (int i = first; i < last; ++i) {
            weights.push_back(filter.weight((i - center + 0.5) * (1.0 / widening)));
            sum += weights.back();
        }
        Tap& tap = taps[size_t(x)];
        tap.first = first;
        for (const double weight : weights) {
            const double normalized = sum != 0.0 ? weight / sum : weight;
            tap.weights.push_back(roundHalfAway(normalized * (1 << kPrecisionBits)));
        }
    }
    return taps;
}

uint8_t toPixel(int32_t sum) {
    return uint8_t(std::clamp(sum >> kPrecisionBits, 0, 255));
}

template <int Channels>
Image resizeRows(const Image& image, int width, const Filter& filter) {
    const std::vector<Tap> taps = makeTaps(image.width, width, filter);
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

Image resizeColumns(const Image& image, int height, const Filter& filter) {
    const std::vector<Tap> taps = makeTaps(image.height, height, filter);
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

Image resizeFiltered(const Image& image, int width, int height, const Filter& filter) {
    if (width == image.width) {
        return resizeColumns(image, height, filter);
    }
    const Image wide =
        image.channels == 1 ? resizeRows<1>(image, width, filter) : resizeRows<3>(image, width, filter);
    return height == image.height ? wide : resizeColumns(wide, height, filter);
}

/// Which input pixel each of `out` ones takes. Pillow adds the step up rather than multiplying.
std::vector<int> nearestPixels(int in, int out) {
    const double step = double(in) / out;
    std::vector<int> pixels;
    double position = step * 0.5;
    for (int x = 0; x < out; ++x, position += step) {
        pixels.push_back(std::min(int(position), in - 1));
    }
    return pixels;
}

Image resizeNearest(const Image& image, int width, int height) {
    const std::vector<int> columns = nearestPixels(image.width, width);
    const std::vector<int> rows = nearestPixels(image.height, height);
    Image result(width, height, image.channels);
    for (int y = 0; y < height; ++y) {
        const uint8_t* in = image.row(rows[size_t(y)]);
        uint8_t* out = result.row(y);
        for (const int column : columns) {
            out = std::copy_n(in + ptrdiff_t(column) * image.channels, image.channels, out);
        }
    }
    return result;
}

}  // namespace

Image resizeImage(const Image& image, int width, int height, Interpolation interpolation) {
    if (width == image.width && height == image.height) {
        return image;
    }
    switch (interpolation) {
        case Interpolation::Nearest:
            return resizeNearest(image, width, height);
        case Interpolation::Bicubic:
            return resizeFiltered(image, width, height, {2.0, cubic});
        case Interpolation::Bilinear:
            break;
    }
    return resizeFiltered(image, width, height, {1.0, triangle});
}

}  // namespace qs
