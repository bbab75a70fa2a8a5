#include "verify/pixels.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

namespace qs {

namespace {

constexpr double kDefaultScale = 1.0 / 255;
constexpr double kNearPixel = 1e-3;  ///< far above what float32 loses, far below a step between pixels

/// A number a channel, to go with N x C x H x W.
at::Tensor perChannel(const std::vector<double>& values, double otherwise) {
    const std::vector<double> numbers = values.empty() ? std::vector<double>{otherwise} : values;
    return at::tensor(numbers, at::kDouble).reshape({1, -1, 1, 1});
}

}  // namespace

at::Tensor pixelsOf(const at::Tensor& images, const protocol::Preprocessing& preprocessing) {
    at::Tensor x = images.to(at::kDouble);
    if (preprocessing.layout == "nhwc") {
        x = x.permute({0, 3, 1, 2});
    }
    at::Tensor pixels = x.mul(perChannel(preprocessing.std, 1))
                            .add(perChannel(preprocessing.mean, 0))
                            .div(preprocessing.scale.value_or(kDefaultScale));
    if (preprocessing.color_order == "bgr") {
        pixels = pixels.flip(1);
    }
    const at::Tensor whole = pixels.round();
    return at::where(pixels.sub(whole).abs().lt(kNearPixel), whole, pixels).to(at::kFloat).contiguous();
}

}  // namespace qs
