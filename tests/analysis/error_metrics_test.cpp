#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/error_metrics.h"

namespace qs {
namespace {

TEST(ErrorMetrics, EqualsTheDefinitionsOverSeveralBatches) {
    at::manual_seed(3);
    const at::Tensor x = at::randn({4, 3, 5, 7});
    const at::Tensor y = x + 0.01 * at::randn({4, 3, 5, 7});
    ErrorMetrics metrics;
    metrics.add(x.slice(0, 0, 2), y.slice(0, 0, 2));
    metrics.add(x.slice(0, 2, 4), y.slice(0, 2, 4));
    const at::Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
    const double sqnr = 20 * std::log10((a.norm() / (a - b).norm()).item<double>());
    EXPECT_NEAR(*metrics.sqnrDb(), sqnr, 1e-9);
    EXPECT_NEAR(*metrics.mse(), (a - b).pow(2).mean().item<double>(), 1e-12);
    EXPECT_NEAR(*metrics.cosine(), ((a * b).sum() / (a.norm() * b.norm())).item<double>(), 1e-12);
}

TEST(ErrorMetrics, ReadsTensorsOfDifferentLayoutsInTheSameOrder) {
    at::manual_seed(4);
    const at::Tensor x = at::randn({2, 3, 4, 5});
    ErrorMetrics metrics;
    metrics.add(x, x.contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_EQ(*metrics.mse(), 0);
    EXPECT_FALSE(metrics.sqnrDb());
    EXPECT_NEAR(*metrics.cosine(), 1, 1e-12);
}

TEST(ErrorMetrics, HasNothingToSayWithoutSignalOrData) {
    ErrorMetrics metrics;
    EXPECT_FALSE(metrics.mse());
    metrics.add(at::zeros({3}), at::ones({3}));
    EXPECT_FALSE(metrics.sqnrDb());
    EXPECT_FALSE(metrics.cosine());
    EXPECT_EQ(*metrics.mse(), 1);
}

TEST(ErrorMetrics, CountsWhatIsNotFiniteAndHasNoFiguresThen) {
    const float kNan = std::nanf("");
    ErrorMetrics metrics;
    metrics.add(at::tensor({1.0F, kNan, INFINITY}), at::tensor({1.0F, 2.0F, INFINITY}));
    EXPECT_EQ(metrics.referenceNotFinite(), 2);
    EXPECT_EQ(metrics.actualNotFinite(), 1);
    metrics.add(at::ones({8}), at::ones({8}) * 2);
    EXPECT_FALSE(metrics.sqnrDb());
    EXPECT_FALSE(metrics.cosine());
    EXPECT_FALSE(metrics.mse());
}

TEST(ErrorMetrics, LeavesOutWhatBothMask) {
    const at::Tensor mask = at::tensor({0.0F, -INFINITY, -1e9F, 0.0F, -2e4F, 0.0F});
    const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}) + mask;
    const at::Tensor y = at::tensor({1.5F, 7.0F, 3.0F, 4.0F, 5.0F, 6.0F}) + mask;
    ErrorMetrics metrics;
    metrics.add(x, y);
    EXPECT_EQ(metrics.masked(), 3);
    EXPECT_EQ(metrics.referenceNotFinite() + metrics.actualNotFinite(), 0);
    EXPECT_NEAR(*metrics.mse(), 0.25 / 3, 1e-9);
    EXPECT_NEAR(*metrics.sqnrDb(), 10 * std::log10((1 + 16 + 36) / 0.25), 1e-6);
    metrics.add(x, y + 1e5);
    EXPECT_LT(*metrics.sqnrDb(), 100) << "what comes back from behind the mask is an error";
}

}  // namespace
}  // namespace qs
