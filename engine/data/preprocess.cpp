#include "data/preprocess.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/resample.h"

namespace qs {

namespace {

constexpr int kLargestSide = 1 << 14;
constexpr int64_t kLargestArea = int64_t(1) << 28;

Status checkSide(const char* what, int side) {
    if (side < 0 || side > kLargestSide) {
        return usageError(std::string(what) + " must be 0 to " + std::to_string(kLargestSide) +
                          " pixels, not " + std::to_string(side));
    }
    return {};
}

/// `wanted` or else `defaults`, one number a channel.
Result<std::vector<double>> perChannel(const char* what, const std::vector<double>& wanted,
                                       const std::vector<double>& defaults, int channels) {
    std::vector<double> values = wanted.empty() ? defaults : wanted;
    if (values.size() == 3 && channels == 1 && wanted.empty()) {
        values = {(values[0] + values[1] + values[2]) / 3};
    }
    if (values.size() == 1) {
        values.resize(size_t(channels), values[0]);
    }
    if (values.size() != size_t(channels)) {
        return usageError(std::string(what) + " has " + std::to_string(values.size()) + " values for " +
                          std::to_string(channels) + (channels == 1 ? " channel" : " channels"));
    }
    if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
        return usageError(std::string(what) + " must be finite numbers");
    }
    return values;
}

Image toGrey(const Image& rgb) {
    Image grey(rgb.width, rgb.height, 1);
    const uint8_t* in = rgb.pixels.data();
    for (uint8_t& out : grey.pixels) {
        out = uint8_t((in[0] * 19595 + in[1] * 38470 + in[2] * 7471 + 0x8000) >> 16);
        in += 3;
    }
    return grey;
}

Image toRgb(const Image& grey) {
    Image rgb(grey.width, grey.height, 3);
    uint8_t* out = rgb.pixels.data();
    for (const uint8_t value : grey.pixels) {
        out = std::fill_n(out, 3, value);
    }
    return rgb;
}

/// torchvision's int(size * long / short): the product is exact, the quotient is a double, truncated.
int longerSide(int shorter, int imageLonger, int imageShorter) {
    const double side = double(int64_t(shorter) * imageLonger) / imageShorter;
    return int(std::min(side, double(kLargestArea)));
}

Result<Image> resizeShorterSide(const Image& image, int side) {
    const bool portrait = image.width <= image.height;
    const int longer =
        portrait ? longerSide(side, image.height, image.width) : longerSide(side, image.width, image.height);
    if (int64_t(side) * longer > kLargestArea) {
        return failure("an image of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                       " pixels is too elongated to resize its shorter side to " + std::to_string(side));
    }
    return portrait ? resizeBilinear(image, side, longer) : resizeBilinear(image, longer, side);
}

/// Where torchvision's CenterCrop puts the first of `crop` pixels in `size`: negative where it pads. Padding
/// is (crop - size) / 2 rounded down; a crop offset is rounded half to even, as Python's round does.
int cropOffset(int size, int crop) {
    return size < crop ? -((crop - size) / 2) : int(std::nearbyint((size - crop) / 2.0));
}

Image centerCrop(const Image& image, int side) {
    const int left = cropOffset(image.width, side);
    const int top = cropOffset(image.height, side);
    Image result(side, side, image.channels);
    const int firstX = std::max(left, 0);
    const int lastX = std::min(left + side, image.width);
    for (int y = std::max(top, 0); y < std::min(top + side, image.height); ++y) {
        const uint8_t* in = image.row(y);
        std::copy(in + ptrdiff_t(firstX) * image.channels, in + ptrdiff_t(lastX) * image.channels,
                  result.row(y - top) + ptrdiff_t(firstX - left) * image.channels);
    }
    return result;
}

}  // namespace

Result<Preprocessor> Preprocessor::make(const protocol::Preprocessing& wanted,
                                        const protocol::Preprocessing& defaults) {
    Preprocessor result;
    protocol::Preprocessing& settings = result.settings_;
    const int channels = wanted.channels.value_or(defaults.channels.value_or(3));
    if (channels != 1 && channels != 3) {
        return usageError("channels must be 1 (grey) or 3 (RGB), not " + std::to_string(channels));
    }
    settings.channels = channels;
    settings.resize = wanted.resize.value_or(defaults.resize.value_or(0));
    settings.crop = wanted.crop.value_or(defaults.crop.value_or(0));
    QS_TRY(checkSide("resize", *settings.resize));
    QS_TRY(checkSide("crop", *settings.crop));
    QS_ASSIGN(settings.mean, perChannel("mean", wanted.mean, defaults.mean, channels));
    QS_ASSIGN(settings.std, perChannel("std", wanted.std, defaults.std, channels));
    for (int c = 0; c < channels; ++c) {
        if (!(float(settings.std[c]) > 0.0F)) {
            return usageError("std must be positive, not " + std::to_string(settings.std[c]));
        }
        std::array<float, 256> values{};
        for (int v = 0; v < 256; ++v) {
            values[v] = (float(v) / 255.0F - float(settings.mean[c])) / float(settings.std[c]);
        }
        result.values_.push_back(values);
    }
    return result;
}

Result<Image> Preprocessor::transform(const Image& image) const {
    Image result = image;
    if (image.channels != channels()) {
        result = channels() == 1 ? toGrey(image) : toRgb(image);
    }
    if (*settings_.resize > 0) {
        QS_ASSIGN(result, resizeShorterSide(result, *settings_.resize));
    }
    return *settings_.crop > 0 ? centerCrop(result, *settings_.crop) : std::move(result);
}

void Preprocessor::normalize(const Image& image, float* chw) const {
    for (int c = 0; c < image.channels; ++c) {
        const uint8_t* in = image.pixels.data() + c;
        for (size_t i = 0; i < size_t(image.width) * size_t(image.height); ++i, in += image.channels) {
            *chw++ = values_[size_t(c)][*in];
        }
    }
}

}  // namespace qs
