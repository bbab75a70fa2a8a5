#include "quant/observer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quant/reference.h"

namespace qs {
namespace {

using test::reference;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TensorQConfig uint8Config(const std::string& observer) {
    return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, 255, observer};
}

std::unique_ptr<Observer> makeOne(const TensorQConfig& config, int axis = 0) {
    auto observer = makeObserver(config, axis);
    EXPECT_TRUE(observer) << observer.error().message;
    return std::move(observer).value();
}

QParams qparamsAfter(Observer& observer, std::initializer_list<at::Tensor> batches) {
    for (const auto& batch : batches) {
        observer.observe(batch);
    }
    auto qparams = observer.qparams();
    EXPECT_TRUE(qparams) << qparams.error().message;
    return qparams ? *qparams : QParams{};
}

TEST(Observers, GiveWhatPyTorchGives) {
    ASSERT_GT(reference()["cases"].size(), 100u);
    for (const auto& expected : reference()["cases"]) {
        SCOPED_TRACE(expected.dump());
        const int axis = expected["axis"].get<int>();
        const TensorQConfig config{test::dtypeOf(expected),
                                   expected["symmetric"].get<bool>() ? Scheme::Symmetric : Scheme::Affine,
                                   axis < 0 ? Granularity::PerTensor : Granularity::PerChannel,
                                   expected["quant_min"].get<int64_t>(),
                                   expected["quant_max"].get<int64_t>(),
                                   expected["observer"].get<std::string>()};
        const auto observer = makeOne(config, std::max(axis, 0));
        for (const auto& batch : reference()["data"][expected["data"].get<std::string>()]) {
            observer->observe(test::tensorOf(batch));
        }
        const auto qparams = observer->qparams();
        ASSERT_TRUE(qparams) << qparams.error().message;
        EXPECT_EQ(qparams->zeroPoint, expected["zero_point"].get<std::vector<int64_t>>());
        EXPECT_EQ(qparams->axis, axis);
        EXPECT_EQ(qparams->quantMin, config.quantMin);
        EXPECT_EQ(qparams->quantMax, config.quantMax);
        EXPECT_EQ(qparams->dtype, config.dtype);
        ASSERT_EQ(qparams->scale.size(), expected["scale_bits"].size());
        for (size_t i = 0; i < qparams->scale.size(); ++i) {
            EXPECT_EQ(qparams->scale[i], test::floatOf(expected["scale_bits"][i].get<int32_t>()))
                << "channel " << i;
        }
    }
}

class EveryObserver : public testing::TestWithParam<std::string> {};

TEST_P(EveryObserver, RefusesBeforeAnythingWasSeen) {
    const auto observer = makeOne(uint8Config(GetParam()));
    EXPECT_FALSE(observer->qparams());
    observer->observe(at::zeros({0, 3}));
    observer->observe(at::full({1, 3}, nan));
    observer->observe(at::full({1, 3}, infinity));
    ASSERT_FALSE(observer->qparams());
    EXPECT_EQ(observer->qparams().error().kind, ErrorKind::Failed);
}

TEST_P(EveryObserver, LeavesOutWhatIsNotFinite) {
    const auto clean = makeOne(uint8Config(GetParam()));
    const auto dirty = makeOne(uint8Config(GetParam()));
    const at::Tensor first = at::linspace(-1.0, 3.0, 100).reshape({1, 100});
    const at::Tensor second = at::linspace(-2.0, 1.0, 100).reshape({1, 100});
    const at::Tensor spoiled = at::full({1, 103}, nan);
    spoiled.narrow(1, 3, 100).copy_(second);
    spoiled.narrow(1, 0, 1).fill_(infinity);
    spoiled.narrow(1, 1, 1).fill_(-infinity);
    const at::Tensor onlyNan = at::full({1, 7}, nan);
    EXPECT_EQ(qparamsAfter(*dirty, {onlyNan, first, spoiled, onlyNan}),
              qparamsAfter(*clean, {first, second}));
}

TEST_P(EveryObserver, StaysFiniteForHugeOutliers) {
    for (const float outlier : {1e6f, -1e12f, 1e30f, 3e38f}) {
        SCOPED_TRACE(outlier);
        const auto observer = makeOne(uint8Config(GetParam()));
        const at::Tensor batch = at::linspace(-1.0, 1.0, 500).reshape({1, 500});
        const at::Tensor wild = batch.clone();
        wild.narrow(1, 17, 1).fill_(outlier);
        const QParams qparams = qparamsAfter(*observer, {batch, wild, batch});
        EXPECT_TRUE(std::isfinite(qparams.scale[0]));
        EXPECT_GT(qparams.scale[0], 0);
        EXPECT_GE(qparams.zeroPoint[0], 0);
        EXPECT_LE(qparams.zeroPoint[0], 255);
    }
}

TEST_P(EveryObserver, ReadsStridedTensorsAndLeavesThemAlone) {
    const auto plain = makeOne(uint8Config(GetParam()));
    const auto strided = makeOne(uint8Config(GetParam()));
    const at::Tensor x = at::arange(-20, 40).to(at::kFloat).reshape({1, 60});
    const at::Tensor everySecond = x.slice(1, 0, 60, 2);
    const at::Tensor before = x.clone();
    EXPECT_EQ(qparamsAfter(*strided, {everySecond}), qparamsAfter(*plain, {everySecond.contiguous()}));
    EXPECT_TRUE(x.equal(before));
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryObserver, testing::ValuesIn(observers().names()),
                         [](const auto& param) { return param.param; });

TEST(HistogramObserver, KeepsTheWeightOfWhatItSawBeforeAnOutlier) {
    // Terabytes if the ratio of the two ranges were materialised.
    const auto observer = makeOne(uint8Config("histogram"));
    const at::Tensor bulk = at::linspace(-1.0, 1.0, 50000);
    const QParams qparams = qparamsAfter(*observer, {bulk, at::full({1}, 1e6f), bulk});
    EXPECT_LE(qparams.scale[0] * 255, 1.1e6);
    EXPECT_GT(qparams.scale[0], 0);
}

TEST(PerChannelObservers, NameTheChannelWithoutFiniteValues) {
    const auto observer = makeOne(uint8Config("per_channel_min_max"));
    at::Tensor x = at::zeros({3, 4});
    x.select(0, 2).fill_(nan);
    observer->observe(x);
    ASSERT_FALSE(observer->qparams());
    EXPECT_NE(observer->qparams().error().message.find("channel 2"), std::string::npos);
}

TEST(MakeObserver, NamesTheObserversThereAre) {
    const auto observer = makeObserver(uint8Config("median"));
    ASSERT_FALSE(observer);
    EXPECT_EQ(observer.error().kind, ErrorKind::Usage);
    EXPECT_NE(observer.error().message.find("histogram"), std::string::npos);
}

}  // namespace
}  // namespace qs
