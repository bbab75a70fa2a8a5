#include "analysis/metrics/metric.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <set>

#include "analysis/metrics/confusion_matrix.h"
#include "analysis/metrics/ctc.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MetricSubject subject(Shape shape, std::optional<Shape> label, std::string argument = "") {
    return {"out", std::move(shape), 1, std::move(label), {}, std::move(argument)};
}

std::unique_ptr<Metric> make(const std::string& name, const MetricSubject& subject) {
    const MetricDef* def = metrics().find(name);
    EXPECT_EQ(def->refusal ? def->refusal(subject) : "", "");
    return def->make(subject);
}

MetricBatch batch(const at::Tensor& output, const at::Tensor& labels, const at::Tensor& reference = {}) {
    return {output.contiguous(), reference, labels, output.size(0)};
}

at::Tensor integers(std::vector<int64_t> values, at::IntArrayRef shape) {
    return at::tensor(values).view(shape);
}

/// The score of each class `best` is the highest.
at::Tensor scoresFor(const at::Tensor& best, int64_t classes) {
    return at::one_hot(best, classes).to(at::kFloat) + 0.1 * at::rand({best.size(0), classes});
}

TEST(Top1, EqualsANaiveCountOverSeveralBatches) {
    at::manual_seed(1);
    const auto metric = make("top1", subject({1, 7}, Shape{}));
    int64_t hits = 0;
    for (int part = 0; part < 3; ++part) {
        const at::Tensor scores = at::randn({11, 7}), labels = at::randint(7, {11}, at::kLong);
        ASSERT_TRUE(metric->add(batch(scores, labels)));
        ASSERT_EQ(metric->lastHits()->size(), 11U);
        for (int64_t i = 0; i < 11; ++i) {
            int64_t best = 0;
            for (int64_t c = 1; c < 7; ++c) {
                best = scores[i][c].item<float>() > scores[i][best].item<float>() ? c : best;
            }
            const bool hit = best == labels[i].item<int64_t>();
            EXPECT_EQ((*metric->lastHits())[size_t(i)], hit);
            hits += hit;
        }
    }
    const protocol::MetricValue value = metric->value();
    EXPECT_DOUBLE_EQ(*value.value, 100.0 * double(hits) / 33);
    EXPECT_EQ(value.samples, 33);
    EXPECT_LT(*value.low, *value.value);
    EXPECT_GT(*value.high, *value.value);
}

TEST(Top1, TakesScoresAndLabelsWithTrailingExtentsOfOne) {
    const auto metric = make("top1", subject({1, 3, 1, 1}, Shape{1}));
    const at::Tensor scores = scoresFor(integers({0, 2}, {2}), 3).view({2, 3, 1, 1});
    ASSERT_TRUE(metric->add(batch(scores, integers({0, 1}, {2, 1}))));
    EXPECT_DOUBLE_EQ(*metric->value().value, 50);
}

TEST(Top1, RefusesLabelsOutsideTheClasses) {
    for (const int64_t label : {int64_t{-1}, int64_t{3}}) {
        const auto metric = make("top1", subject({1, 3}, Shape{}));
        const Status status = metric->add(batch(at::randn({1, 3}), integers({label}, {1})));
        ASSERT_FALSE(status);
        EXPECT_THAT(status.error().message, HasSubstr("label " + std::to_string(label) + " is outside"));
    }
}

TEST(Top5, EqualsASortedRankingWithTies) {
    at::manual_seed(2);
    const auto metric = make("top5", subject({1, 12}, Shape{}));
    // Few levels make many ties, as integers do.
    const at::Tensor scores = at::randint(4, {40, 12}).to(at::kFloat);
    const at::Tensor labels = at::randint(12, {40}, at::kLong);
    ASSERT_TRUE(metric->add(batch(scores, labels)));
    for (int64_t i = 0; i < 40; ++i) {
        std::vector<int64_t> order(12);
        for (int64_t c = 0; c < 12; ++c) {
            order[size_t(c)] = c;
        }
        std::ranges::stable_sort(order, std::ranges::greater(),
                                 [&](int64_t c) { return scores[i][c].item<float>(); });
        const auto place = std::ranges::find(order, labels[i].item<int64_t>()) - order.begin();
        EXPECT_EQ((*metric->lastHits())[size_t(i)], place < 5) << i;
    }
}

TEST(Top5, ANumberThatIsNoneIsNoHit) {
    const auto metric = make("top5", subject({1, 6}, Shape{}));
    ASSERT_TRUE(metric->add(batch(at::full({1, 6}, std::nan("")), integers({2}, {1}))));
    EXPECT_EQ(*metric->value().value, 0);
}

TEST(ClassAccuracy, MeansTheClassesThatOccurAndCountsConfusions) {
    const auto metric = make("class_accuracy", {"out", {1, 4}, 1, Shape{}, {"cat", "dog"}, ""});
    //                                 label:     0  0  0  0  1  1  2
    const at::Tensor labels = integers({0, 0, 0, 0, 1, 1, 2}, {7});
    const at::Tensor guesses = integers({0, 0, 0, 1, 1, 0, 0}, {7});
    ASSERT_TRUE(metric->add(batch(scoresFor(guesses, 4), labels)));
    EXPECT_NEAR(*metric->value().value, (75.0 + 50 + 0) / 3, 1e-9);
    const protocol::ClassReport report = *metric->classReport();
    ASSERT_EQ(report.classes.size(), 4U);
    EXPECT_EQ(report.classes[0].name, "cat");
    EXPECT_EQ(report.classes[0].samples, 4);
    EXPECT_DOUBLE_EQ(*report.classes[0].value, 75);
    EXPECT_LT(*report.classes[0].low, 75);
    EXPECT_FALSE(report.classes[3].value);
    ASSERT_EQ(report.confusions.size(), 3U);
    for (const auto& cell : report.confusions) {
        EXPECT_EQ(cell.count, 1);
        EXPECT_NE(cell.label, cell.predicted);
    }
}

TEST(ConfusionMatrix, ReportsTheMostFrequentAndStaysBounded) {
    ConfusionMatrix matrix(ConfusionMatrix::kMostClasses);
    at::manual_seed(3);
    for (int i = 0; i < 10; ++i) {
        matrix.add(at::randint(1000, {5000}, at::kLong), at::randint(1000, {5000}, at::kLong));
    }
    matrix.add(at::full({9}, 3, at::kLong), at::full({9}, 5, at::kLong));
    const auto report = matrix.report("m", {});
    EXPECT_TRUE(report.confusions_counted);
    EXPECT_EQ(report.confusions.size(), ConfusionMatrix::kMostReported);
    EXPECT_GT(report.confusions_left_out, 30'000);
    EXPECT_EQ(report.confusions[0].label, 3);
    EXPECT_EQ(report.confusions[0].predicted, 5);

    ConfusionMatrix large(ConfusionMatrix::kMostClasses + 1);
    large.add(at::tensor(std::vector<int64_t>{1000, 7}), at::tensor(std::vector<int64_t>{1000, 8}));
    EXPECT_EQ(large.correct(1000), 1);
    EXPECT_EQ(large.labelled(7), 1);
    EXPECT_EQ(large.predicted(8), 1);
    EXPECT_FALSE(large.report("m", {}).confusions_counted);
    EXPECT_THAT(large.report("m", {}).confusions, IsEmpty());
}

TEST(MeanIou, EqualsAMaskCountedByHand) {
    const auto metric = make("mean_iou", subject({1, 4, 2, 3}, Shape{2, 3}));
    const at::Tensor guesses = integers({0, 0, 1, 1, 1, 2}, {1, 2, 3});
    const at::Tensor labels = integers({0, 1, 1, 1, 255, -1}, {1, 2, 3});
    const at::Tensor scores = at::one_hot(guesses, 4).permute({0, 3, 1, 2}).to(at::kFloat);
    ASSERT_TRUE(metric->add(batch(scores, labels)));
    // Class 0: 1 of 2 pixels; class 1: 2 of 3; classes 2 and 3 occur in no counted pixel.
    EXPECT_NEAR(*metric->value().value, 100 * (1.0 / 2 + 2.0 / 3) / 2, 1e-9);
    EXPECT_EQ(metric->value().samples, 1);
    EXPECT_FALSE(metric->value().low);
    const auto report = *metric->classReport();
    EXPECT_NEAR(*report.classes[1].value, 200.0 / 3, 1e-9);
    EXPECT_FALSE(report.classes[2].value);
    EXPECT_EQ(metric->lastHits(), nullptr);

    // A second batch adds pixels, not scores.
    ASSERT_TRUE(metric->add(batch(scores, guesses)));
    EXPECT_NEAR(*metric->value().value, 100 * (3.0 / 4 + 5.0 / 6 + 1.0) / 3, 1e-9);
}

TEST(MeanIou, RefusesOtherSizesAndClasses) {
    const MetricDef* def = metrics().find("mean_iou");
    EXPECT_THAT(def->refusal(subject({1, 4, 2, 3}, Shape{4, 6})),
                HasSubstr("masks are 4 x 6, the output out is 2 x 3"));
    const auto metric = make("mean_iou", subject({1, 4, 1, 1}, Shape{1, 1}));
    const Status status = metric->add(batch(at::randn({1, 4, 1, 1}), integers({4}, {1, 1, 1})));
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("mask value 4 is outside the model's 4 classes"));
}

TEST(Ctc, CollapsesRepeatsThenDropsBlanks) {
    const std::vector<int64_t> hello = {0, 1, 1, 0, 2, 3, 3, 0, 3, 4, 4, 4, 0};
    EXPECT_THAT(collapseCtc(hello, 0), ElementsAre(1, 2, 3, 3, 4));
    EXPECT_THAT(collapseCtc(std::vector<int64_t>{0, 0, 0}, 0), IsEmpty());
    EXPECT_THAT(collapseCtc(std::vector<int64_t>{5, 5, 5}, 0), ElementsAre(5));
    EXPECT_THAT(collapseCtc(std::vector<int64_t>{1, 4, 1, 1}, 4), ElementsAre(1, 1));
    EXPECT_THAT(collapseCtc(std::vector<int64_t>{}, 0), IsEmpty());
}

at::Tensor paths(const at::Tensor& symbols, int64_t classes) {
    return at::one_hot(symbols, classes).to(at::kFloat);
}

TEST(ExactMatch, ComparesWholeSequencesInBothLayouts) {
    const at::Tensor symbols = integers({0, 1, 1, 0, 2,   // 1 2
                                         1, 1, 0, 1, 0,   // 1 1
                                         0, 0, 0, 0, 0,   // nothing
                                         3, 0, 3, 0, 2},  // 3 3 2
                                        {4, 5});
    const at::Tensor labels = integers({1, 2, -1, 1, -1, -1, -1, -1, -1, 3, 3, 2}, {4, 3});
    const at::Tensor output = paths(symbols, 4);
    for (const bool batchFirst : {true, false}) {
        const auto metric =
            make("exact_match", batchFirst ? subject({1, 5, 4}, Shape{3}) : subject({5, 1, 4}, Shape{3}));
        MetricBatch judged = batch(batchFirst ? output : output.transpose(0, 1), labels);
        judged.samples = 4;
        ASSERT_TRUE(metric->add(judged));
        EXPECT_THAT(*metric->lastHits(), ElementsAre(true, false, true, true));
        EXPECT_DOUBLE_EQ(*metric->value().value, 75);
    }
}

TEST(ExactMatch, TheBlankMayBeTheLastSymbol) {
    const auto metric = make("exact_match", subject({1, 4, 3}, Shape{2}, "last"));
    ASSERT_TRUE(metric->add(batch(paths(integers({2, 0, 0, 1}, {1, 4}), 3), integers({0, 1}, {1, 2}))));
    EXPECT_EQ(*metric->value().value, 100);
    const Status blank =
        metric->add(batch(paths(integers({2, 0, 0, 1}, {1, 4}), 3), integers({2, 1}, {1, 2})));
    ASSERT_FALSE(blank);
    EXPECT_THAT(blank.error().message, HasSubstr("is the blank"));
    const Status outside =
        metric->add(batch(paths(integers({2, 0, 0, 1}, {1, 4}), 3), integers({3, 1}, {1, 2})));
    EXPECT_THAT(outside.error().message, HasSubstr("outside the model's 3 symbols"));
}

TEST(ComparisonWithFp32, AgreementSqnrAndCosine) {
    at::manual_seed(4);
    const auto agreement = make("agreement", subject({1, 5}, std::nullopt));
    const auto sqnr = make("sqnr_db", subject({1, 5}, std::nullopt));
    const auto cosine = make("cosine", subject({1, 5}, std::nullopt));
    const at::Tensor x = at::randn({30, 5}), y = x + 0.5 * at::randn({30, 5});
    for (int64_t begin = 0; begin < 30; begin += 10) {
        const MetricBatch part = batch(y.narrow(0, begin, 10), {}, x.narrow(0, begin, 10));
        for (const auto& metric : {agreement.get(), sqnr.get(), cosine.get()}) {
            ASSERT_TRUE(metric->add(part));
        }
    }
    const double same = x.argmax(1).eq(y.argmax(1)).sum().item<double>();
    EXPECT_DOUBLE_EQ(*agreement->value().value, 100 * same / 30);
    EXPECT_TRUE(agreement->value().low);
    const at::Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
    EXPECT_NEAR(*sqnr->value().value, 20 * std::log10((a.norm() / (a - b).norm()).item<double>()), 1e-6);
    EXPECT_NEAR(*cosine->value().value, ((a * b).sum() / (a.norm() * b.norm())).item<double>(), 1e-9);
    EXPECT_FALSE(sqnr->value().low);
    EXPECT_EQ(sqnr->value().samples, 30);
}

// ---- choosing

MetricRequest request(std::vector<Shape> outputs, std::optional<Shape> label) {
    MetricRequest request;
    for (size_t i = 0; i < outputs.size(); ++i) {
        request.outputs.push_back({"out" + std::to_string(i), "Float", outputs[i]});
    }
    request.label = std::move(label);
    return request;
}

std::vector<std::string> chosen(const MetricRequest& request) {
    const auto metrics = chooseMetrics(request);
    std::vector<std::string> names;
    if (!metrics) {
        return {metrics.error().message};
    }
    for (const auto& metric : *metrics) {
        names.push_back(metric.name);
    }
    return names;
}

TEST(ChooseMetrics, FollowsOutputsAndLabels) {
    EXPECT_THAT(chosen(request({{1, 10}}, Shape{})),
                ElementsAre("top1", "top5", "class_accuracy", "agreement", "sqnr_db", "cosine"));
    EXPECT_EQ(chosen(request({{1, 3}}, Shape{})).at(1), "class_accuracy")
        << "top-5 of 3 classes says nothing";
    EXPECT_THAT(chosen(request({{1, 21, 8, 8}}, Shape{8, 8})), ElementsAre("mean_iou", "sqnr_db", "cosine"));
    EXPECT_THAT(chosen(request({{1, 40, 97}}, Shape{25})), ElementsAre("exact_match", "sqnr_db", "cosine"));
    EXPECT_THAT(chosen(request({{40, 1, 97}}, Shape{25})), ElementsAre("exact_match", "sqnr_db", "cosine"));
    EXPECT_THAT(chosen(request({{1, 10}}, std::nullopt)), ElementsAre("agreement", "sqnr_db", "cosine"));
    EXPECT_THAT(chosen(request({{1, 3, 8, 8}}, std::nullopt)), ElementsAre("sqnr_db", "cosine"));
}

TEST(ChooseMetrics, LabelsGoToTheFirstOutputThatFitsAndErrorsToAll) {
    const auto metrics = chooseMetrics(request({{1, 3, 8, 8}, {1, 10}, {1, 10}}, Shape{}));
    ASSERT_TRUE(metrics);
    EXPECT_EQ(metrics->at(0).name, "top1");
    EXPECT_EQ(metrics->at(0).output, 1U);
    EXPECT_EQ(std::ranges::count(*metrics, "sqnr_db", &ChosenMetric::name), 3);
    EXPECT_EQ(std::ranges::count(*metrics, "top1", &ChosenMetric::name), 1);
}

TEST(ChooseMetrics, WithoutAReferenceNothingComparesWithIt) {
    MetricRequest alone = request({{1, 10}}, Shape{});
    alone.withReference = false;
    EXPECT_THAT(chosen(alone), ElementsAre("top1", "top5", "class_accuracy"));
    alone.label.reset();
    EXPECT_THAT(chosen(alone), IsEmpty());
    alone.metric = "cosine";
    EXPECT_THAT(chosen(alone).at(0), HasSubstr("compares a quantized model with FP32"));
}

TEST(ChooseMetrics, ByHandComesFirst) {
    MetricRequest byHand = request({{1, 10}}, Shape{});
    byHand.metric = "sqnr_db";
    EXPECT_THAT(chosen(byHand),
                ElementsAre("sqnr_db", "top1", "top5", "class_accuracy", "agreement", "cosine"));
    byHand = request({{1, 40, 97}}, Shape{25});
    byHand.metric = "exact_match:last";
    const auto metrics = chooseMetrics(byHand);
    ASSERT_TRUE(metrics);
    EXPECT_EQ(metrics->at(0).subject.argument, "last");
}

TEST(ChooseMetrics, SaysWhyNothingFits) {
    const auto error = [](MetricRequest wanted, std::string metric = "") {
        wanted.metric = std::move(metric);
        const auto metrics = chooseMetrics(wanted);
        EXPECT_FALSE(metrics);
        return metrics ? Error{} : metrics.error();
    };
    const Error labels = error(request({{1, 10}}, Shape{5}));
    EXPECT_EQ(labels.kind, ErrorKind::Failed);
    EXPECT_THAT(labels.message,
                HasSubstr("labels of shape N x 5 fit no metric for the output out0 (1 x 10)"));
    const Error unknown = error(request({{1, 10}}, Shape{}), "top2");
    EXPECT_EQ(unknown.kind, ErrorKind::Usage);
    EXPECT_THAT(unknown.message, HasSubstr("unknown metric 'top2': expected one of agreement"));
    EXPECT_THAT(error(request({{1, 10}}, Shape{}), "mean_iou").message,
                HasSubstr("metric mean_iou does not fit: the output out0 is not N x C x H x W"));
    EXPECT_THAT(error(request({{1, 10}}, std::nullopt), "top1").message, HasSubstr("the data has no labels"));
    EXPECT_THAT(error(request({{1, 10}}, Shape{}), "top1:3").message, HasSubstr("takes no argument"));
    EXPECT_THAT(error(request({{1, 4, 9}}, Shape{2}), "exact_match:middle").message,
                HasSubstr("first or last"));
}

TEST(ChooseMetrics, EveryEntryIsDescribedAndRanksAreApart) {
    const auto infos = describeMetrics();
    EXPECT_EQ(infos.size(), metrics().entries().size());
    EXPECT_EQ(infos.front().name, "top1");
    std::set<int> ranks;
    for (const auto& info : infos) {
        EXPECT_FALSE(info.description.empty()) << info.name;
        EXPECT_FALSE(info.needs_labels && info.compares_with_fp32) << info.name;
        EXPECT_TRUE(ranks.insert(metrics().find(info.name)->rank).second) << info.name;
    }
}

at::Tensor withNan(at::Tensor scores, int64_t row) {
    scores.select(0, row).flatten()[1] = std::numeric_limits<float>::quiet_NaN();
    return scores;
}

TEST(NotANumber, IsNoHitWhateverTheLabel) {
    for (const std::string name : {"top1", "top5"}) {
        for (int64_t label = 0; label < 7; ++label) {
            const auto metric = make(name, subject({1, 7}, Shape{}));
            ASSERT_TRUE(metric->add(batch(withNan(at::zeros({1, 7}), 0), integers({label}, {1}))));
            EXPECT_EQ(*metric->value().value, 0) << name << label;
        }
    }
}

TEST(NotANumber, AgreesWithNothing) {
    const auto metric = make("agreement", subject({1, 3}, std::nullopt));
    const at::Tensor scores = withNan(scoresFor(integers({0, 2}, {2}), 3), 1);
    ASSERT_TRUE(metric->add(batch(scores, {}, scores)));
    EXPECT_EQ(*metric->value().value, 50);
}

TEST(NotANumber, IsWrongInEveryClass) {
    const auto metric = make("class_accuracy", subject({1, 3}, Shape{}));
    ASSERT_TRUE(metric->add(batch(withNan(scoresFor(integers({1, 1}, {2}), 3), 0), integers({1, 1}, {2}))));
    EXPECT_EQ(*metric->value().value, 50);
}

TEST(NotANumber, HasNoFigureOfError) {
    const at::Tensor scores = withNan(at::ones({2, 3}), 0);
    for (const std::string name : {"sqnr_db", "cosine"}) {
        const auto metric = make(name, subject({1, 3}, std::nullopt));
        ASSERT_TRUE(metric->add(batch(scores, {}, at::ones({2, 3}))));
        EXPECT_FALSE(metric->value().value) << name;
    }
}

}  // namespace
}  // namespace qs
