#include "data/preprocess.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/match.h"

namespace qs {

namespace {

constexpr int kLargestSide = 1 << 14;
constexpr int64_t kLargestArea = int64_t(1) << 28;
constexpr double kToUnit = 1.0 / 255;

Status checkSide(const char* what, int side) {
    if (side < 0 || side > kLargestSide) {
        return usageError(std::string(what) + " must be 0 to " + std::to_string(kLargestSide) +
                          " pixels, not " + std::to_string(side));
    }
    return {};
}

/// Whether it is still finite as float32.
bool isFloat(double value) {
    return std::abs(value) <= std::numeric_limits<float>::max();
}

/// `wanted` or else `defaults` or else `neutral`, one number a channel.
Result<std::vector<double>> perChannel(const char* what, const std::vector<double>& wanted,
                                       const std::vector<double>& defaults, double neutral, int channels) {
    std::vector<double> values = wanted.empty() ? defaults : wanted;
    if (values.size() == 3 && channels == 1 && wanted.empty()) {
        values = {(values[0] + values[1] + values[2]) / 3};
    }
    if (values.empty()) {
        values = {neutral};
    }
    if (values.size() == 1) {
        values.resize(size_t(channels), values[0]);
    }
    if (values.size() != size_t(channels)) {
        return usageError(std::string(what) + " has " + std::to_string(values.size()) + " values for " +
                          std::to_string(channels) + (channels == 1 ? " channel" : " channels"));
    }
    if (!std::all_of(values.begin(), values.end(), isFloat)) {
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

/// Height and width, each positive, or nothing.
Status checkPair(const char* what, const std::vector<int>& size) {
    const bool fits =
        size.empty() || (size.size() == 2 && std::all_of(size.begin(), size.end(), [](int side) {
                             return side > 0 && side <= kLargestSide;
                         }));
    return fits ? Status()
                : usageError(std::string(what) + " must be height and width, each 1 to " +
                             std::to_string(kLargestSide) + " pixels");
}

/// `wanted` or else `fallback`; a usage error where it is none of `words`.
Result<std::string> chooseWord(const char* what, const std::string& wanted, const std::string& fallback,
                               const std::vector<std::string>& words) {
    const std::string& chosen = !wanted.empty() ? wanted : !fallback.empty() ? fallback : words.front();
    if (std::find(words.begin(), words.end(), chosen) == words.end()) {
        return usageError(std::string(what) + " must be one of " + join(words) + ", not '" + chosen + "'");
    }
    return chosen;
}

Result<Image> resizeShorterSide(const Image& image, int side, Interpolation interpolation) {
    const bool portrait = image.width <= image.height;
    const int longer =
        portrait ? longerSide(side, image.height, image.width) : longerSide(side, image.width, image.height);
    if (int64_t(side) * longer > kLargestArea) {
        return failure("an image of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                       " pixels is too elongated to resize its shorter side to " + std::to_string(side));
    }
    return portrait ? resizeImage(image, side, longer, interpolation)
                    : resizeImage(image, longer, side, interpolation);
}

/// Where torchvision's CenterCrop puts the first of `crop` pixels in `size`: negative where it pads. Padding
/// is (crop - size) / 2 rounded down; a crop offset is rounded half to even, as Python's round does.
int cropOffset(int size, int crop) {
    return size < crop ? -((crop - size) / 2) : int(std::nearbyint((size - crop) / 2.0));
}

Image centerCrop(const Image& image, ImageSize size) {
    const int left = cropOffset(image.width, size.width);
    const int top = cropOffset(image.height, size.height);
    Image result(size.width, size.height, image.channels);
    const int firstX = std::max(left, 0);
    const int lastX = std::min(left + size.width, image.width);
    for (int y = std::max(top, 0); y < std::min(top + size.height, image.height); ++y) {
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
    const int channels = wanted.channels.value_or(defaults.channels.value_or(3));
    if (channels != 1 && channels != 3) {
        return usageError("channels must be 1 (grey) or 3 (RGB), not " + std::to_string(channels));
    }
    result.settings_.channels = channels;
    QS_TRY(result.setSizes(wanted, defaults));
    QS_TRY(result.setWords(wanted, defaults));
    QS_TRY(result.setValues(wanted, defaults));
    return result;
}

Status Preprocessor::setSizes(const protocol::Preprocessing& wanted,
                              const protocol::Preprocessing& defaults) {
    QS_TRY(checkSide("resize", wanted.resize.value_or(0)));
    QS_TRY(checkSide("crop", wanted.crop.value_or(0)));
    QS_TRY(checkPair("resize_to", wanted.resize_to));
    QS_TRY(checkPair("crop_to", wanted.crop_to));
    if (wanted.resize.value_or(0) > 0 && !wanted.resize_to.empty()) {
        return usageError("set either resize (the shorter side) or resize_to (height and width), not both");
    }
    if (wanted.crop.value_or(0) > 0 && !wanted.crop_to.empty()) {
        return usageError("set either crop (a square) or crop_to (height and width), not both");
    }
    const bool ownResize = wanted.resize || !wanted.resize_to.empty();
    const bool ownCrop = wanted.crop || !wanted.crop_to.empty();
    settings_.resize_to = ownResize ? wanted.resize_to : defaults.resize_to;
    settings_.crop_to = ownCrop ? wanted.crop_to : defaults.crop_to;
    settings_.resize = (ownResize ? wanted : defaults).resize.value_or(0);
    settings_.crop = (ownCrop ? wanted : defaults).crop.value_or(0);
    if (!wanted.resize_to.empty() && !ownCrop) {
        settings_.crop_to.clear();
        settings_.crop = 0;
    }
    return {};
}

Status Preprocessor::setWords(const protocol::Preprocessing& wanted,
                              const protocol::Preprocessing& defaults) {
    QS_ASSIGN(settings_.interpolation,
              chooseWord("interpolation", wanted.interpolation, defaults.interpolation,
                         {"bilinear", "bicubic", "nearest"}));
    QS_ASSIGN(settings_.color_order,
              chooseWord("color_order", wanted.color_order, defaults.color_order, {"rgb", "bgr"}));
    QS_ASSIGN(settings_.layout, chooseWord("layout", wanted.layout, defaults.layout, {"nchw", "nhwc"}));
    interpolation_ = settings_.interpolation == "nearest"   ? Interpolation::Nearest
                     : settings_.interpolation == "bicubic" ? Interpolation::Bicubic
                                                            : Interpolation::Bilinear;
    bgr_ = settings_.color_order == "bgr";
    nhwc_ = settings_.layout == "nhwc";
    return {};
}

Status Preprocessor::setValues(const protocol::Preprocessing& wanted,
                               const protocol::Preprocessing& defaults) {
    QS_ASSIGN(settings_.mean, perChannel("mean", wanted.mean, defaults.mean, 0.0, channels()));
    QS_ASSIGN(settings_.std, perChannel("std", wanted.std, defaults.std, 1.0, channels()));
    settings_.scale = wanted.scale.value_or(defaults.scale.value_or(kToUnit));
    if (!isFloat(*settings_.scale) || !(float(*settings_.scale) > 0.0F)) {
        return usageError("scale must be a positive number, 1/255 for a model that takes 0..1");
    }
    for (size_t c = 0; c < size_t(channels()); ++c) {
        if (!(float(settings_.std[c]) > 0.0F)) {
            return usageError("std must be positive, not " + std::to_string(settings_.std[c]));
        }
        std::array<float, 256> values{};
        for (int v = 0; v < 256; ++v) {
            const float scaled =
                *settings_.scale == kToUnit ? float(v) / 255.0F : float(v) * float(*settings_.scale);
            values[size_t(v)] = (scaled - float(settings_.mean[c])) / float(settings_.std[c]);
        }
        values_.push_back(values);
    }
    return {};
}

std::optional<ImageSize> Preprocessor::fixedSize() const {
    if (!settings_.crop_to.empty()) {
        return ImageSize{settings_.crop_to[0], settings_.crop_to[1]};
    }
    if (*settings_.crop > 0) {
        return ImageSize{*settings_.crop, *settings_.crop};
    }
    if (!settings_.resize_to.empty()) {
        return ImageSize{settings_.resize_to[0], settings_.resize_to[1]};
    }
    return std::nullopt;
}

std::vector<int64_t> Preprocessor::shapeOf(ImageSize size) const {
    return nhwc_ ? std::vector<int64_t>{size.height, size.width, channels()}
                 : std::vector<int64_t>{channels(), size.height, size.width};
}

Result<Image> Preprocessor::transform(const Image& image) const {
    Image result = image;
    if (image.channels != channels()) {
        result = channels() == 1 ? toGrey(image) : toRgb(image);
    }
    if (*settings_.resize > 0) {
        QS_ASSIGN(result, resizeShorterSide(result, *settings_.resize, interpolation_));
    } else if (!settings_.resize_to.empty()) {
        result = resizeImage(result, settings_.resize_to[1], settings_.resize_to[0], interpolation_);
    }
    if (*settings_.crop > 0 || !settings_.crop_to.empty()) {
        result = centerCrop(result, *fixedSize());
    }
    return result;
}

void Preprocessor::normalize(const Image& image, float* tensor) const {
    const size_t pixels = size_t(image.width) * size_t(image.height);
    const auto channels = size_t(image.channels);
    for (size_t c = 0; c < channels; ++c) {
        const uint8_t* in = image.pixels.data() + sourceChannel(int(c));
        float* out = nhwc_ ? tensor + c : tensor + c * pixels;
        const size_t step = nhwc_ ? channels : 1;
        for (size_t i = 0; i < pixels; ++i, in += channels, out += step) {
            *out = values_[c][*in];
        }
    }
}

}  // namespace qs
