#include "analysis/evaluation.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "analysis/fixed_batch.h"
#include "analysis/interval.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kClasses = 6;

/// Sample i is the number i with label i % kClasses; some cannot be decoded.
class Numbers : public Dataset {
  public:
    explicit Numbers(int64_t size, std::set<int64_t> corrupt = {}, bool labelled = true)
        : size_(size), corrupt_(std::move(corrupt)), labelled_(labelled) {}

    int64_t size() const override { return size_; }
    bool labelled() const override { return labelled_; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", {1}}}; }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        std::vector<float> values;
        std::vector<int64_t> labels;
        for (const int64_t index : indices) {
            if (!corrupt_.contains(index)) {
                values.push_back(static_cast<float>(index));
                labels.push_back(index % kClasses);
            }
        }
        const auto count = static_cast<int64_t>(values.size());
        Batch batch{{at::tensor(values).view({count, 1})}, {}};
        if (labelled_) {
            batch.labels = at::tensor(labels);
        }
        return batch;
    }

  private:
    int64_t size_;
    std::set<int64_t> corrupt_;
    bool labelled_;
};

/// Decides right on every number but the wrong ones, and remembers the batches that it was given.
class Decider : public Executor {
  public:
    explicit Decider(std::set<int64_t> wrong) : wrong_(std::move(wrong)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap&) override {
        const at::Tensor& numbers = inputs[0];
        batches.push_back(numbers.size(0));
        at::Tensor scores = at::zeros({numbers.size(0), kClasses});
        for (int64_t i = 0; i < numbers.size(0); ++i) {
            const auto number = numbers[i][0].item<int64_t>();
            scores[i][(number + (wrong_.contains(number) ? 1 : 0)) % kClasses] = 1;
        }
        return std::vector<at::Tensor>{scores};
    }
    Result<std::vector<at::Tensor>> runNode(size_t, std::span<const at::Tensor>) override {
        return failure("not here");
    }
    Result<std::vector<at::Tensor>> runFrom(const Cut&, std::span<const ValueId>) override {
        return failure("not here");
    }
    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor>) override {
        return failure("not here");
    }
    const QuantizedGraph& graph() const override { return graph_; }

    std::vector<int64_t> batches;

  private:
    std::set<int64_t> wrong_;
    QuantizedGraph graph_;
};

EvaluationOptions options(bool labelled, bool withReference = true, const std::string& metric = "") {
    MetricRequest request;
    request.outputs = {{"scores", "Float", {1, kClasses}}};
    request.label = labelled ? std::optional(Shape{}) : std::nullopt;
    request.withReference = withReference;
    request.metric = metric;
    EvaluationOptions options;
    options.metrics = *chooseMetrics(request);
    options.batch = 8;
    return options;
}

double valueOf(const EvaluatedModel& model, const std::string& metric) {
    const auto it = std::ranges::find(model.metrics, metric, &protocol::MetricValue::metric);
    return it == model.metrics.end() ? -1 : it->value.value_or(-2);
}

TEST(Evaluation, MeasuresBothOnTheSameSamples) {
    const Numbers data(30);
    Decider fp32({3, 4}), variant({4, 5, 6, 7});
    ReferenceOutputs reference;
    Job job;
    const auto result = evaluateModels(data, fp32, &variant, reference, options(true), "Evaluating", job);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->samples, 30);
    EXPECT_NEAR(valueOf(result->fp32, "top1"), 100 * 28.0 / 30, 1e-9);
    EXPECT_NEAR(valueOf(result->variant, "top1"), 100 * 26.0 / 30, 1e-9);
    EXPECT_NEAR(valueOf(result->variant, "agreement"), 100 * 26.0 / 30, 1e-9);  // all but 3, 5, 6, 7
    EXPECT_EQ(valueOf(result->fp32, "agreement"), -1) << "FP32 is not compared with itself";
    EXPECT_EQ(result->fp32.metrics[0].metric, "top1");
    EXPECT_EQ(result->fp32.metrics[0].output, "scores");
    EXPECT_EQ(result->fp32.metrics[0].unit, "%");
    ASSERT_TRUE(result->fp32.classes);
    EXPECT_EQ(result->fp32.classes->classes.size(), size_t(kClasses));

    ASSERT_TRUE(result->drop);
    EXPECT_NEAR(result->drop->value, 100 * 2.0 / 30, 1e-9);
    EXPECT_EQ(result->drop->only_fp32, 3);
    EXPECT_EQ(result->drop->only_variant, 1);
    EXPECT_FALSE(*result->drop->distinguishable);
    PairedDifference pairs;
    for (int64_t i = 0; i < 30; ++i) {
        pairs.add(i < 3, i == 3);
    }
    EXPECT_DOUBLE_EQ(*result->drop->low, 100 * pairs.interval().low);
    EXPECT_DOUBLE_EQ(*result->drop->high, 100 * pairs.interval().high);
}

TEST(Evaluation, RunsFp32OnceForManyVariants) {
    const Numbers data(20);
    Decider fp32({3}), first({4}), second({5});
    ReferenceOutputs reference;
    Job job;
    const auto one = evaluateModels(data, fp32, &first, reference, options(true), "Evaluating", job);
    const auto two = evaluateModels(data, fp32, &second, reference, options(true), "Evaluating", job);
    EXPECT_THAT(fp32.batches, ElementsAre(8, 8, 4));
    EXPECT_EQ(valueOf(one->fp32, "top1"), valueOf(two->fp32, "top1"));
    EXPECT_NEAR(valueOf(two->variant, "agreement"), 90, 1e-9);
}

TEST(Evaluation, KeepsNoMoreOfFp32ThanTheLimit) {
    const Numbers data(20);
    Decider fp32({3}), variant({4});
    ReferenceOutputs reference(8 * kClasses * int64_t(sizeof(float)));
    Job job;
    for (int repetition = 0; repetition < 2; ++repetition) {
        const auto result = evaluateModels(data, fp32, &variant, reference, options(true), "Evaluating", job);
        EXPECT_NEAR(valueOf(result->variant, "agreement"), 90, 1e-9);
        EXPECT_EQ(reference.bytes(), 8 * kClasses * int64_t(sizeof(float)));
    }
    EXPECT_THAT(fp32.batches, ElementsAre(8, 8, 4, 8, 4)) << "the first batch was kept";
}

TEST(Evaluation, FeedsAFixedBatchAndJudgesOnlyWhatIsReal) {
    const Numbers data(10, {2});
    Decider fp32({9}), variant({8, 9});
    ReferenceOutputs reference;
    EvaluationOptions fixed = options(true);
    fixed.fixedBatch = 4;
    Job job;
    const auto result = evaluateModels(data, fp32, &variant, reference, fixed, "Evaluating", job);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(variant.batches, testing::Each(4));
    EXPECT_EQ(result->samples, 9);
    EXPECT_NEAR(valueOf(result->variant, "top1"), 100 * 7.0 / 9, 1e-9);
    EXPECT_EQ(result->drop->samples, 9);
}

TEST(Evaluation, WithoutLabelsThereIsAgreementAndNoDrop) {
    const Numbers data(12, {}, false);
    Decider fp32({}), variant({4});
    ReferenceOutputs reference;
    Job job;
    const auto result = evaluateModels(data, fp32, &variant, reference, options(false), "Evaluating", job);
    EXPECT_EQ(result->variant.metrics.at(0).metric, "agreement");
    EXPECT_TRUE(result->variant.metrics.at(0).low);
    EXPECT_TRUE(result->fp32.metrics.empty());
    EXPECT_FALSE(result->drop);
}

TEST(Evaluation, AHeadlineThatIsNoShareHasADropWithoutInterval) {
    const Numbers data(24);
    Decider fp32({}), variant({4});
    ReferenceOutputs reference;
    Job job;
    const auto result = evaluateModels(data, fp32, &variant, reference, options(true, true, "class_accuracy"),
                                       "Evaluating", job);
    EXPECT_NEAR(result->drop->value, 25.0 / 6, 1e-9);
    EXPECT_FALSE(result->drop->low);
    EXPECT_FALSE(result->drop->distinguishable);
}

TEST(Evaluation, OneModelAlone) {
    const Numbers data(12, {0, 1, 2, 3, 4, 5, 6, 7});
    Decider fp32({11});
    ReferenceOutputs nothing(0);
    Job job;
    const auto result = evaluateModels(data, fp32, nullptr, nothing, options(true, false), "Evaluating", job);
    EXPECT_EQ(result->samples, 4);
    EXPECT_NEAR(valueOf(result->fp32, "top1"), 75, 1e-9);
    const auto none =
        evaluateModels(Numbers(2, {0, 1}), fp32, nullptr, nothing, options(true, false), "E", job);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("no sample"));
}

TEST(Evaluation, CanBeCancelled) {
    const Numbers data(64);
    Decider fp32({});
    ReferenceOutputs nothing(0);
    CancelToken token;
    token.cancel();
    Job job({}, token);
    const auto result = evaluateModels(data, fp32, nullptr, nothing, options(true, false), "Evaluating", job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(fp32.batches.size(), 1U);
}

TEST(FixedBatch, PadsByRepeatingAndCutsWhereverNStands) {
    const std::vector<at::Tensor> three = {at::arange(3).view({3, 1})};
    EXPECT_TRUE(padBatch(three, 8)[0].flatten().equal(at::tensor({0, 1, 2, 0, 1, 2, 0, 1}, at::kLong)));
    EXPECT_TRUE(padBatch(three, 3)[0].equal(three[0]));
    const auto cut =
        cutBatch(std::vector<at::Tensor>{at::ones({8, 2}), at::ones({5, 8, 2}), at::ones({7})}, 3, 8);
    EXPECT_EQ(cut[0].sizes(), at::IntArrayRef({3, 2}));
    EXPECT_EQ(cut[1].sizes(), at::IntArrayRef({5, 3, 2}));
    EXPECT_EQ(cut[2].sizes(), at::IntArrayRef({7}));
}

}  // namespace
}  // namespace qs
