#include "quant/observer.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quant/reference.h"

namespace qs {
namespace {

using test::reference;
using testing::HasSubstr;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TensorQConfig uint8Config(const std::string& observer) {
    return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, 255, observer};
}

/// The grid of one of the reference's cases, "dtype" to "quant_max".
TensorQConfig configOf(const nlohmann::json& json, const std::string& observer, int axis = -1) {
    return {test::dtypeOf(json),
            json["symmetric"].get<bool>() ? Scheme::Symmetric : Scheme::Affine,
            axis < 0 ? Granularity::PerTensor : Granularity::PerChannel,
            json["quant_min"].get<int64_t>(),
            json["quant_max"].get<int64_t>(),
            observer};
}

Observer makeOne(const TensorQConfig& config, int axis = 0) {
    auto observer = Observer::make(config, axis);
    EXPECT_TRUE(observer) << observer.error().message;
    return std::move(observer).value();
}

QParams qparamsAfter(Observer observer, std::initializer_list<at::Tensor> batches) {
    for (const auto& batch : batches) {
        EXPECT_TRUE(observer.observe(batch));
    }
    auto qparams = observer.qparams();
    EXPECT_TRUE(qparams) << qparams.error().message;
    return qparams ? *qparams : QParams{};
}

void expectGrid(const QParams& qparams, const nlohmann::json& expected, const TensorQConfig& config,
                int axis) {
    EXPECT_EQ(qparams.zeroPoint, expected["zero_point"].get<std::vector<int64_t>>());
    EXPECT_EQ(qparams.axis, axis);
    EXPECT_EQ(qparams.quantMin, config.quantMin);
    EXPECT_EQ(qparams.quantMax, config.quantMax);
    EXPECT_EQ(qparams.dtype, config.dtype);
    ASSERT_EQ(qparams.scale.size(), expected["scale_bits"].size());
    for (size_t i = 0; i < qparams.scale.size(); ++i) {
        EXPECT_EQ(qparams.scale[i], test::floatOf(expected["scale_bits"][i].get<int32_t>()))
            << "channel " << i;
    }
}

TEST(Observers, GiveWhatPyTorchGives) {
    ASSERT_GT(reference()["cases"].size(), 300u);
    for (const auto& expected : reference()["cases"]) {
        SCOPED_TRACE(expected.dump());
        const int axis = expected["axis"].get<int>();
        TensorQConfig config = configOf(expected, expected["observer"].get<std::string>(), axis);
        config.parameters = expected["parameters"].get<Parameters>();
        Observer observer = makeOne(config, std::max(axis, 0));
        TensorStatistics statistics;
        for (const auto& batch : reference()["data"][expected["data"].get<std::string>()]) {
            const at::Tensor x = test::tensorOf(batch);
            ASSERT_TRUE(observer.observe(x));
            statistics.add(x);
        }
        const auto qparams = observer.qparams();
        ASSERT_TRUE(qparams) << qparams.error().message;
        expectGrid(*qparams, expected, config, axis);
        if (axis < 0) {
            // What a pass keeps answers the same afterwards.
            const auto kept = qparamsOf(statistics, config);
            ASSERT_TRUE(kept) << kept.error().message;
            EXPECT_EQ(*kept, *qparams);
        }
    }
}

TensorStatistics statisticsOf(std::initializer_list<at::Tensor> batches) {
    TensorStatistics statistics;
    for (const at::Tensor& batch : batches) {
        statistics.add(batch);
    }
    return statistics;
}

/// The first tensor of the reference's data of this name.
at::Tensor dataOf(const nlohmann::json& expected) {
    return test::tensorOf(reference()["data"][expected["data"].get<std::string>()][0]);
}

/// What the range choice of `config` makes of one tensor.
Range chosenRange(const at::Tensor& x, const TensorQConfig& config) {
    const TensorStatistics seen = statisticsOf({x});
    const ChosenObserver observer = findObserver(config).value();
    return observer.def->choice.choose(seen.range, seen.histogram, config, observer.parameters);
}

TEST(Entropy, GivesWhatGoingThroughAllBinsGives) {
    ASSERT_GT(reference()["numpy"].size(), 70u);
    for (const auto& expected : reference()["numpy"]) {
        SCOPED_TRACE(expected.dump());
        const Range range = chosenRange(dataOf(expected), configOf(expected, "entropy"));
        EXPECT_FLOAT_EQ(range.min, expected["entropy"][0].get<float>());
        EXPECT_FLOAT_EQ(range.max, expected["entropy"][1].get<float>());
    }
}

double squaredError(const at::Tensor& x, const QParams& grid) {
    const at::Tensor real = x.to(at::kDouble);
    const at::Tensor q = at::round(real / grid.scale[0]) + static_cast<double>(grid.zeroPoint[0]);
    const at::Tensor clamped =
        q.clamp(static_cast<double>(grid.quantMin), static_cast<double>(grid.quantMax));
    const at::Tensor back = (clamped - static_cast<double>(grid.zeroPoint[0])) * grid.scale[0];
    return (back - real).square().mean().item<double>();
}

TEST(Mse, IsNearTheLeastErrorOfAllRanges) {
    for (const auto& expected : reference()["numpy"]) {
        SCOPED_TRACE(expected.dump());
        const at::Tensor x = dataOf(expected);
        const QParams chosen = qparamsAfter(makeOne(configOf(expected, "mse")), {x});
        const QParams whole = qparamsAfter(makeOne(configOf(expected, "min_max")), {x});
        const double error = squaredError(x, chosen);
        // Bins instead of the numbers themselves, of which some data have few, and one end after the other
        // instead of all pairs.
        EXPECT_LE(error, 1.01 * squaredError(x, whole));
        EXPECT_LE(error, 1.03 * expected["mse"].get<double>() + 1e-12 * x.square().mean().item<double>());
    }
}

TEST(Percentile, IsWithinABinOfTheSortedNumbers) {
    ASSERT_GT(reference()["percentiles"].size(), 40u);
    for (const auto& expected : reference()["percentiles"]) {
        SCOPED_TRACE(expected.dump());
        const at::Tensor x = dataOf(expected);
        TensorQConfig config = uint8Config("percentile");
        config.parameters = {{"percentile", expected["percentile"].get<double>()}};
        const Range range = chosenRange(x, config);
        const float bin = (x.max() - x.min()).item<float>() / Histogram::kBins;
        const float rounding = 1e-6F * x.abs().max().item<float>();
        EXPECT_NEAR(range.min, expected["range"][0].get<float>(), bin + rounding);
        EXPECT_NEAR(range.max, expected["range"][1].get<float>(), bin + rounding);
    }
}

TEST(Percentile, OfAHundredIsEverything) {
    TensorQConfig config = uint8Config("percentile");
    config.parameters = {{"percentile", 100}};
    const at::Tensor x = at::linspace(-1.25, 3.5, 1000);
    EXPECT_EQ(chosenRange(x, config), (Range{-1.25, 3.5}));
}

TEST(Fixed, IsTheRangeThatWasSet) {
    TensorQConfig config = uint8Config("fixed");
    config.parameters = {{"min", -1}, {"max", 4.1}};
    const QParams qparams = qparamsAfter(makeOne(config), {at::linspace(-100, 100, 7)});
    EXPECT_FLOAT_EQ(static_cast<float>(qparams.scale[0]), 5.1F / 255);
    EXPECT_EQ(qparams.zeroPoint[0], 50);
    EXPECT_EQ(qparamsAfter(makeOne(config), {}), qparams);
    EXPECT_EQ(qparamsOf({}, config).value(), qparams);
}

class EveryObserver : public testing::TestWithParam<std::string> {
  protected:
    bool seesNothing() const { return observers().find(GetParam())->keeps == ObserverDef::Keeps::Nothing; }
};

TEST_P(EveryObserver, RefusesBeforeAnythingWasSeen) {
    if (seesNothing()) {
        GTEST_SKIP() << "answers without having seen anything";
    }
    Observer observer = makeOne(uint8Config(GetParam()));
    EXPECT_FALSE(observer.qparams());
    TensorStatistics statistics;
    for (const at::Tensor& x : {at::zeros({0, 3}), at::full({1, 3}, nan), at::full({1, 3}, infinity)}) {
        ASSERT_TRUE(observer.observe(x));
        statistics.add(x);
    }
    ASSERT_FALSE(observer.qparams());
    EXPECT_EQ(observer.qparams().error().kind, ErrorKind::Failed);
    EXPECT_FALSE(qparamsOf(statistics, uint8Config(GetParam())));
}

TEST_P(EveryObserver, LeavesOutWhatIsNotFinite) {
    const at::Tensor first = at::linspace(-1.0, 3.0, 100).reshape({1, 100});
    const at::Tensor second = at::linspace(-2.0, 1.0, 100).reshape({1, 100});
    const at::Tensor spoiled = at::full({1, 103}, nan);
    spoiled.narrow(1, 3, 100).copy_(second);
    spoiled.narrow(1, 0, 1).fill_(infinity);
    spoiled.narrow(1, 1, 1).fill_(-infinity);
    const at::Tensor onlyNan = at::full({1, 7}, nan);
    const TensorQConfig config = uint8Config(GetParam());
    const QParams clean = qparamsAfter(makeOne(config), {first, second});
    EXPECT_EQ(qparamsAfter(makeOne(config), {onlyNan, first, spoiled, onlyNan}), clean);
    EXPECT_EQ(qparamsOf(statisticsOf({onlyNan, first, spoiled, onlyNan}), config).value(), clean);
}

TEST_P(EveryObserver, StaysFiniteForHugeOutliers) {
    for (const float outlier : {1e6F, -1e12F, 1e30F, 3e38F}) {
        SCOPED_TRACE(outlier);
        const at::Tensor batch = at::linspace(-1.0, 1.0, 500).reshape({1, 500});
        const at::Tensor wild = batch.clone();
        wild.narrow(1, 17, 1).fill_(outlier);
        const at::Tensor wilder = wild.clone();
        wilder.narrow(1, 18, 1).fill_(-outlier);
        const TensorQConfig config = uint8Config(GetParam());
        for (const QParams& qparams :
             {qparamsAfter(makeOne(config), {batch, wild, batch}), qparamsAfter(makeOne(config), {wilder}),
              qparamsAfter(makeOne(config), {batch, wilder, wild, batch})}) {
            EXPECT_TRUE(std::isfinite(qparams.scale[0]));
            EXPECT_GT(qparams.scale[0], 0);
            EXPECT_GE(qparams.zeroPoint[0], 0);
            EXPECT_LE(qparams.zeroPoint[0], 255);
        }
    }
}

TEST_P(EveryObserver, ReadsStridedTensorsAndLeavesThemAlone) {
    const at::Tensor x = at::arange(-20, 40).to(at::kFloat).reshape({1, 60});
    const at::Tensor everySecond = x.slice(1, 0, 60, 2);
    const at::Tensor before = x.clone();
    const TensorQConfig config = uint8Config(GetParam());
    EXPECT_EQ(qparamsAfter(makeOne(config), {everySecond}),
              qparamsAfter(makeOne(config), {everySecond.contiguous()}));
    EXPECT_TRUE(x.equal(before));
}

TEST_P(EveryObserver, ChoosesTheGridOfEachRowAsOfATensor) {
    at::manual_seed(5);
    const at::Tensor weight = at::randn({6, 4, 3, 3}) * at::arange(1, 7).reshape({6, 1, 1, 1});
    for (const auto& [dtype, low, high] :
         {std::tuple{DType::Int8, -128, 127}, {DType::Int4, -8, 7}, {DType::Int2, -2, 1}}) {
        TensorQConfig config{dtype, Scheme::Symmetric, Granularity::PerTensor, low, high, GetParam()};
        const auto alone = [&](const at::Tensor& row) { return *chooseWeightGrid(row, config, 0); };
        EXPECT_EQ(alone(weight), qparamsAfter(makeOne(config), {weight}));
        std::vector<double> rows, groups;
        for (int64_t c = 0; c < 6; ++c) {
            rows.push_back(alone(weight[c]).scale[0]);
            for (int64_t g = 0; g < 3; ++g) {
                groups.push_back(alone(weight[c].flatten().narrow(0, 12 * g, 12)).scale[0]);
            }
        }
        config.granularity = Granularity::PerChannel;
        const QParams byChannel = *chooseWeightGrid(weight, config, 0);
        EXPECT_EQ(byChannel.scale, rows);
        EXPECT_EQ(byChannel.axis, 0);
        // GROUP EXPECT_EQ(byChannel.group, 0);
        EXPECT_EQ(*chooseWeightGrid(weight.transpose(0, 1), config, 1), ([&] {
            QParams other = byChannel;
            other.axis = 1;
            return other;
        })());
        config.granularity = Granularity::PerGroup;
        config.group = 12;
        const QParams byGroup = *chooseWeightGrid(weight, config, 0);
        EXPECT_EQ(byGroup.scale, groups);
        EXPECT_EQ(byGroup.zeroPoint, std::vector<int64_t>(18));
        EXPECT_EQ(byGroup.axis, 0);
        // GROUP EXPECT_EQ(byGroup.group, 12);
        EXPECT_EQ(qparamsAfter(makeOne(config), {weight}), byGroup);
    }
}

TEST_P(EveryObserver, SaysWhatItIsAndWhatItCanBeTold) {
    const ObserverDef& def = *observers().find(GetParam());
    EXPECT_FALSE(def.description.empty());
    for (const ParameterDef& parameter : def.parameters) {
        SCOPED_TRACE(parameter.name);
        EXPECT_FALSE(parameter.description.empty());
        EXPECT_GE(parameter.defaultValue, parameter.least);
        EXPECT_LE(parameter.defaultValue, parameter.greatest);
        TensorQConfig config = uint8Config(GetParam());
        for (const double wrong : {std::nextafter(parameter.least, -HUGE_VAL),
                                   std::nextafter(parameter.greatest, HUGE_VAL), double{nan}}) {
            config.parameters = {{parameter.name, wrong}};
            const auto observer = Observer::make(config);
            ASSERT_FALSE(observer) << wrong;
            EXPECT_EQ(observer.error().kind, ErrorKind::Usage);
            EXPECT_THAT(observer.error().message, HasSubstr(GetParam()));
            EXPECT_THAT(observer.error().message, HasSubstr(parameter.name));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryObserver, testing::ValuesIn(observers().names()),
                         [](const auto& param) { return param.param; });

TEST(HistogramObserver, KeepsTheWeightOfWhatItSawBeforeAnOutlier) {
    // Terabytes if the ratio of the two ranges were materialised.
    const at::Tensor bulk = at::linspace(-1.0, 1.0, 50000);
    const QParams qparams =
        qparamsAfter(makeOne(uint8Config("histogram")), {bulk, at::full({1}, 1e6F), bulk});
    EXPECT_LE(qparams.scale[0] * 255, 1.1e6);
    EXPECT_GT(qparams.scale[0], 0);
}

TEST(HistogramObserver, ForgetsNothingAfterABatchOfOneValue) {
    // A hundred thousand numbers far from the others, the first ones seen.
    const at::Tensor constant = at::full({100000}, 10.0F);
    const at::Tensor others = at::linspace(0.0, 1.0, 100);
    const QParams qparams = qparamsAfter(makeOne(uint8Config("histogram")), {constant, others});
    EXPECT_NEAR(qparams.scale[0] * 255, 10, 0.2);
}

TEST(ChannelGrids, NameTheChannelWithoutFiniteValues) {
    TensorQConfig config = uint8Config("min_max");
    config.granularity = Granularity::PerChannel;
    at::Tensor x = at::zeros({3, 4});
    x.select(0, 2).fill_(nan);
    EXPECT_THAT(chooseWeightGrid(x, config, 0).error().message, HasSubstr("channel 2"));
    Observer observer = makeOne(config);
    ASSERT_TRUE(observer.observe(x));
    ASSERT_FALSE(observer.qparams());
    EXPECT_THAT(observer.qparams().error().message, HasSubstr("channel 2"));
    config.granularity = Granularity::PerGroup;
    config.group = 2;
    EXPECT_THAT(chooseWeightGrid(x, config, 0).error().message, HasSubstr("channel 2, group 0"));
}

TEST(GroupGrids, NameTheNumbersThatDoNotDivide) {
    TensorQConfig config = uint8Config("min_max");
    config.granularity = Granularity::PerGroup;
    config.group = 32;
    const auto grid = chooseWeightGrid(at::zeros({8, 6, 3, 3}), config, 0);
    ASSERT_FALSE(grid);
    EXPECT_EQ(grid.error().kind, ErrorKind::Usage);
    EXPECT_THAT(grid.error().message, HasSubstr("32"));
    EXPECT_THAT(grid.error().message, HasSubstr("54"));
    Observer observer = makeOne(config);
    EXPECT_FALSE(observer.observe(at::zeros({8, 6, 3, 3})));
}

TEST(Grids, HoldTheRangeAroundAZeroPointSetByHand) {
    TensorQConfig config = uint8Config("min_max");
    config.zeroPoint = 100;
    const at::Tensor x = at::linspace(-2.0, 6.2, 100);
    QParams qparams = *chooseWeightGrid(x, config, 0);
    EXPECT_EQ(qparams.zeroPoint[0], 100);
    EXPECT_FLOAT_EQ(static_cast<float>(qparams.scale[0]), 6.2F / 155);
    config.zeroPoint = 250;
    EXPECT_FLOAT_EQ(static_cast<float>(chooseWeightGrid(x, config, 0)->scale[0]), 6.2F / 5);
    config.zeroPoint = 0;  // nothing below zero
    EXPECT_FLOAT_EQ(static_cast<float>(chooseWeightGrid(x, config, 0)->scale[0]), 6.2F / 255);
    EXPECT_EQ(chooseWeightGrid(at::zeros({3}), config, 0)->scale[0], std::numeric_limits<float>::epsilon());
}

TEST(Grids, OfFloatsEndWhereTheRangeDoes) {
    for (const char* observer : {"min_max", "histogram", "mse", "entropy"}) {
        const TensorQConfig config{DType::Float8E4M3, Scheme::Symmetric, Granularity::PerTensor, 0, 0,
                                   observer};
        const QParams qparams = *chooseWeightGrid(at::linspace(-7.0, 3.0, 50), config, 0);
        EXPECT_FLOAT_EQ(static_cast<float>(qparams.scale[0]), 7.0F / 448) << observer;
        EXPECT_EQ(qparams.zeroPoint[0], 0);
    }
}

TEST(Grids, OfTwoValuesLieAtTheMeanMagnitude) {
    at::manual_seed(8);
    const at::Tensor x = at::randn({4000}) * 0.3 + 0.1;
    const TensorQConfig config{DType::Binary, Scheme::Symmetric, Granularity::PerTensor, -1, 1, "mse"};
    const double mean = x.abs().mean().item<double>();
    EXPECT_NEAR(chooseWeightGrid(x, config, 0)->scale[0], mean, 1e-3 * mean);
}

TEST(FindObserver, NamesTheObserversThereAre) {
    const auto observer = findObserver(uint8Config("median"));
    ASSERT_FALSE(observer);
    EXPECT_EQ(observer.error().kind, ErrorKind::Usage);
    EXPECT_THAT(observer.error().message, HasSubstr("histogram"));
}

TEST(FindObserver, NamesTheParametersThereAre) {
    TensorQConfig config = uint8Config("percentile");
    config.parameters = {{"percent", 99}};
    EXPECT_THAT(findObserver(config).error().message, HasSubstr("there are percentile"));
    config = uint8Config("min_max");
    config.parameters = {{"percentile", 99}};
    EXPECT_THAT(findObserver(config).error().message, HasSubstr("it has none"));
    config = uint8Config("fixed");
    config.parameters = {{"min", 3}, {"max", 3}};
    EXPECT_THAT(findObserver(config).error().message, HasSubstr("min has to be less than max"));
}

TEST(FindObserver, KnowsPyTorchsNamesForChannels) {
    EXPECT_EQ(findObserver(uint8Config("per_channel_min_max"))->def, observers().find("min_max"));
    EXPECT_EQ(findObserver(uint8Config("moving_average_per_channel_min_max"))->def,
              observers().find("moving_average_min_max"));
}

}  // namespace
}  // namespace qs
