#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <limits>

#include "quant/observer.h"
#include "quant/reference.h"

namespace qs {
namespace {

using test::reference;

template <typename T>
std::vector<T> elements(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.contiguous();
    return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

at::Tensor floats(std::vector<float> values) {
    return at::from_blob(values.data(), {static_cast<int64_t>(values.size())}, at::kFloat).clone();
}

ScaleAndZeroPoint choose(float min, float max, Scheme scheme, DType dtype, int64_t low, int64_t high) {
    return chooseQParams(min, max, {dtype, scheme, low, high});
}

TEST(ChooseQParams, WidensTheRangeToHoldZero) {
    const ScaleAndZeroPoint positive = choose(2, 4, Scheme::Affine, DType::UInt8, 0, 255);
    EXPECT_EQ(positive.scale, 4.0f / 255.0f);
    EXPECT_EQ(positive.zeroPoint, 0);
    const ScaleAndZeroPoint negative = choose(-4, -2, Scheme::Affine, DType::UInt8, 0, 127);
    EXPECT_EQ(negative.scale, 4.0f / 127.0f);
    EXPECT_EQ(negative.zeroPoint, 127);
}

TEST(ChooseQParams, SymmetricScaleIsAHalfRange) {
    const ScaleAndZeroPoint chosen = choose(-3, 2, Scheme::Symmetric, DType::Int8, -128, 127);
    EXPECT_EQ(chosen.scale, 3.0f / 127.5f);
    EXPECT_EQ(chosen.zeroPoint, 0);
    EXPECT_EQ(choose(-3, 2, Scheme::Symmetric, DType::UInt8, 0, 255).zeroPoint, 128);
}

TEST(ChooseQParams, KeepsTheScaleAboveEpsilon) {
    const ScaleAndZeroPoint chosen = choose(0, 0, Scheme::Affine, DType::UInt8, 0, 255);
    EXPECT_EQ(chosen.scale, std::numeric_limits<float>::epsilon());
    EXPECT_EQ(chosen.zeroPoint, 0);
}

TEST(Quantize, RoundsTiesToEvenAndClamps) {
    const QParams qparams{DType::UInt8, -1, {0.5}, {10}, 0, 127};
    const at::Tensor x =
        floats({-0.75f, -0.25f, 0.0f, 0.25f, 0.75f, 1.25f, 1.75f, 1000.0f, -1000.0f, 58.5f, 58.75f});
    const at::Tensor q = quantize(x, qparams);
    EXPECT_EQ(q.scalar_type(), at::kByte);
    // x / s = -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3.5, ...
    EXPECT_EQ(elements<uint8_t>(q), (std::vector<uint8_t>{8, 10, 10, 10, 12, 12, 14, 127, 0, 127, 127}));
}

TEST(Quantize, DividesByTheScale) {
    // Multiplication by 1 / s in float32 gives 2.5000002 and 3 here, the division 2.5 and 2.
    const float scale = 0.1f;
    const float tie = 2.5f * scale;
    ASSERT_EQ(tie / scale, 2.5f);
    EXPECT_EQ(elements<uint8_t>(quantize(floats({tie}), {DType::UInt8, -1, {scale}, {0}, 0, 255})),
              std::vector<uint8_t>{2});
}

TEST(Quantize, SurvivesWhatIsNotFinite) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const QParams qparams{DType::Int8, -1, {0.1}, {3}, -128, 127};
    const at::Tensor x = floats({infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), 3e38f});
    EXPECT_EQ(elements<int8_t>(quantize(x, qparams)), (std::vector<int8_t>{127, -128, 3, 127}));
}

TEST(Quantize, UsesEachChannelsParameters) {
    const QParams qparams{DType::Int8, 1, {0.5, 1, 2}, {0, 1, -1}, -128, 127};
    const at::Tensor x = at::full({2, 3, 2}, 4.0f);
    const at::Tensor q = quantize(x, qparams);
    EXPECT_EQ(elements<int8_t>(q), (std::vector<int8_t>{8, 8, 5, 5, 1, 1, 8, 8, 5, 5, 1, 1}));
    EXPECT_TRUE(dequantize(q, qparams).equal(x));
}

TEST(Quantize, ReadsStridedTensors) {
    const QParams qparams{DType::Int8, 0, {1, 2}, {0, 0}, -128, 127};
    const at::Tensor x = at::arange(0, 6).to(at::kFloat).reshape({3, 2}).t();
    EXPECT_EQ(elements<int8_t>(quantize(x, qparams)), (std::vector<int8_t>{0, 2, 4, 0, 2, 2}));
}

TEST(Dequantize, UndoesQuantizeOnTheGrid) {
    for (const DType dtype : {DType::UInt8, DType::Int8}) {
        const int64_t low = dtype == DType::UInt8 ? 0 : -128;
        const QParams qparams{dtype, -1, {0.037f}, {low + 100}, low, low + 255};
        const at::Tensor q = at::arange(low, low + 256).to(dtype == DType::UInt8 ? at::kByte : at::kChar);
        EXPECT_TRUE(quantize(dequantize(q, qparams), qparams).equal(q));
    }
}

TEST(FakeQuantize, IsQuantizeThenDequantize) {
    const at::Tensor x = at::linspace(-30, 30, 10007).reshape({1, 10007});
    for (const QParams& qparams : {QParams{DType::UInt8, -1, {0.13f}, {77}, 0, 255},
                                   QParams{DType::Int8, 0, {0.2f}, {0}, -127, 127}}) {
        EXPECT_TRUE(fakeQuantize(x, qparams).equal(dequantize(quantize(x, qparams), qparams)));
    }
}

TEST(FakeQuantize, HasPyTorchsValuesAndGradients) {
    for (const auto& expected : reference()["fake_quantize"]) {
        at::Tensor x = test::tensorOf(expected["x"]);
        x.requires_grad_();
        const QParams qparams{expected["quant_min"] == 0 ? DType::UInt8 : DType::Int8,
                              expected["axis"].get<int>(),
                              expected["scale"].get<std::vector<double>>(),
                              expected["zero_point"].get<std::vector<int64_t>>(),
                              expected["quant_min"].get<int64_t>(),
                              expected["quant_max"].get<int64_t>()};
        const at::Tensor y = fakeQuantize(x, qparams);
        const at::Tensor weight = at::arange(1, x.numel() + 1).to(at::kFloat).reshape(x.sizes());
        at::sum(y * weight).backward();
        EXPECT_TRUE(y.detach().equal(test::tensorOf(expected["y_bits"], x.sizes().vec())));
        EXPECT_TRUE(x.grad().equal(test::tensorOf(expected["gradient_bits"], x.sizes().vec())));
    }
}

}  // namespace
}  // namespace qs
