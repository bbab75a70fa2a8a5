#include "verify/pixels.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace qs {
namespace {

/// 2 x 3 x 16 x 16 pixels, every value from 0 to 255 among them.
at::Tensor pixels() {
    return at::arange(2 * 3 * 256, at::kFloat).reshape({2, 3, 16, 16}).remainder(256);
}

at::Tensor normalized(const at::Tensor& pixels, const protocol::Preprocessing& p) {
    return pixels.mul(*p.scale)
        .sub(at::tensor(p.mean, at::kFloat).reshape({1, -1, 1, 1}))
        .div(at::tensor(p.std, at::kFloat).reshape({1, -1, 1, 1}));
}

protocol::Preprocessing imageNet() {
    protocol::Preprocessing p;
    p.scale = 1.0 / 255;
    p.mean = {0.485, 0.456, 0.406};
    p.std = {0.229, 0.224, 0.225};
    return p;
}

TEST(Pixels, AreExactlyThoseThatWereNormalized) {
    EXPECT_TRUE(pixelsOf(normalized(pixels(), imageNet()), imageNet()).equal(pixels()));
}

TEST(Pixels, ComeInRgbOrder) {
    protocol::Preprocessing p = imageNet();
    p.color_order = "bgr";
    EXPECT_TRUE(pixelsOf(normalized(pixels().flip(1), p), p).equal(pixels()));
}

TEST(Pixels, ComeWithChannelsFirst) {
    protocol::Preprocessing p = imageNet();
    p.layout = "nhwc";
    EXPECT_TRUE(pixelsOf(normalized(pixels(), p).permute({0, 2, 3, 1}), p).equal(pixels()));
}

TEST(Pixels, ScaleMayBeOne) {
    protocol::Preprocessing p;
    p.scale = 1;
    EXPECT_TRUE(pixelsOf(pixels(), p).equal(pixels()));
}

TEST(Pixels, NoiseIsNotRounded) {
    const at::Tensor noise = at::rand({1, 3, 4, 4});
    const at::Tensor back = normalized(pixelsOf(noise, imageNet()), imageNet());
    EXPECT_TRUE(back.allclose(noise, 1e-4, 1e-4));
}

}  // namespace
}  // namespace qs
