#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "workbench/script_models.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// Small networks written by the test, on tensors in .npy files.
/// `notes` without what is said of the machine, which other tests may keep busy.
std::vector<std::string> onValues(std::vector<std::string> notes) {
    std::erase_if(notes, [](const std::string& note) { return note.starts_with("machine busy"); });
    return notes;
}

class MetricsTest : public WorkbenchTest {
  protected:
    void SetUp() override {
        WorkbenchTest::SetUp();
        at::manual_seed(7);
    }

    protocol::DataSpec npy(const at::Tensor& inputs, const at::Tensor& labels = {}) const {
        test::saveNpy(file("x.npy"), inputs);
        if (!labels.defined()) {
            return {"npy:" + file("x.npy"), {}};
        }
        test::saveNpy(file("y.npy"), labels);
        return {"npy:" + file("x.npy") + "," + file("y.npy"), {}};
    }

    /// Scores of `classes` classes for each pixel of an 8 x 8 image.
    std::string segmentation(int64_t classes = 4) const {
        test::saveScript(file("segmentation.pt"),
                         "def forward(self, x):\n  return torch.conv2d(x, self.w, self.b, [1, 1], [1, 1])\n",
                         {{"w", at::randn({classes, 3, 3, 3})}, {"b", at::zeros({classes})}});
        return file("segmentation.pt");
    }

    /// Decides among `classes` by a linear layer on 16 numbers.
    std::string classifier(int64_t classes = 8) const {
        test::saveScript(file("classifier.pt"), "def forward(self, x):\n  return torch.linear(x, self.w)\n",
                         {{"w", weights(classes)}});
        return file("classifier.pt");
    }
    static at::Tensor weights(int64_t classes) {
        at::manual_seed(11);
        return at::randn({classes, 16});
    }

    static protocol::Recipe quick() {
        protocol::Recipe recipe = WorkbenchTest::recipe();
        recipe.calib_samples = 32;
        recipe.eval_samples = 0;
        recipe.latency_runs = 1;
        recipe.latency_warmup = 0;
        return recipe;
    }

    std::string measureError(const protocol::VariantSpec& params) {
        const auto result = workbench_.measure(params, job_);
        EXPECT_FALSE(result);
        return result ? "" : result.error().message;
    }
};

TEST_F(MetricsTest, AClassifierHasAccuracyWithCountIntervalAndClasses) {
    const at::Tensor x = at::randn({200, 16});
    const at::Tensor labels = x.matmul(weights(8).t()).argmax(1);
    const auto result = workbench_.measure({classifier(), npy(x, labels), {}, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->fp32.top1, 100) << "the labels are the network's own decisions";
    EXPECT_EQ(result->fp32.metrics.at(0).metric, "top1");
    EXPECT_EQ(result->fp32.metrics.at(0).samples, 168) << "200 less those of the calibration";
    EXPECT_LT(*result->fp32.metrics.at(0).low, 100);
    EXPECT_EQ(result->variant.metrics.at(1).metric, "top5");
    ASSERT_TRUE(result->variant.classes);
    EXPECT_EQ(result->variant.classes->classes.size(), 8U);
    ASSERT_TRUE(result->drop);
    EXPECT_EQ(result->drop->value, *result->accuracy_drop);
    EXPECT_LE(*result->drop->low, result->drop->value);
    EXPECT_GE(*result->drop->high, result->drop->value);
    EXPECT_EQ(result->measured.samples, 168);
    EXPECT_EQ(result->measured.calib_samples, 32);
    EXPECT_THAT(result->notes, testing::Not(Contains(HasSubstr("calibrated on"))));
}

TEST_F(MetricsTest, TooFewSamplesForBothOverlapAndSaySo) {
    const at::Tensor x = at::randn({40, 16});
    protocol::Recipe recipe = quick();
    recipe.calib_samples = 30;
    recipe.eval_samples = 20;
    const auto result = workbench_.measure({classifier(), npy(x), {}, recipe}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->measured.samples, 20);
    EXPECT_THAT(result->notes, Contains(HasSubstr("10 of the 20 evaluated samples were also calibrated on")));
}

TEST_F(MetricsTest, CalibrationDataOfItsOwnLeavesAllSamplesToEvaluation) {
    test::saveNpy(file("calibration.npy"), at::randn({50, 16}));
    protocol::VariantSpec params{classifier(), npy(at::randn({60, 16})), {}, quick()};
    params.calib_data = protocol::DataSpec{"npy:" + file("calibration.npy"), {}};
    const auto result = workbench_.measure(params, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->measured.samples, 60);
    EXPECT_EQ(result->measured.calib_data, params.calib_data->source);
    EXPECT_EQ(result->measured.calib_samples, 32);
}

TEST_F(MetricsTest, TheSeedChoosesTheSamples) {
    const protocol::VariantSpec params{classifier(), npy(at::randn({300, 16})), {}, quick()};
    protocol::VariantSpec other = params;
    other.recipe.seed = 2;
    const auto first = workbench_.measure(params, job_), again = workbench_.measure(params, job_),
               different = workbench_.measure(other, job_);
    ASSERT_TRUE(first && again && different);
    EXPECT_EQ(first->recipe.calibration.at(0).scale, again->recipe.calibration.at(0).scale);
    EXPECT_NE(first->recipe.calibration.at(0).scale, different->recipe.calibration.at(0).scale);
}

TEST_F(MetricsTest, WithoutLabelsScoresAreJudgedByAgreement) {
    const auto result = workbench_.measure({classifier(), npy(at::randn({100, 16})), {}, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->variant.metrics.at(0).metric, "agreement");
    EXPECT_EQ(result->agreement, result->variant.metrics.at(0).value);
    EXPECT_TRUE(result->variant.metrics.at(0).low);
    EXPECT_FALSE(result->drop);
    EXPECT_FALSE(result->variant.top1);
}

TEST_F(MetricsTest, MasksAreJudgedByMeanIouAndWithoutThemBySqnr) {
    const at::Tensor images = at::randn({60, 3, 8, 8});
    const std::string model = segmentation();
    const auto masks = at::randint(-1, 4, {60, 8, 8}, at::kLong);
    const auto labelled = workbench_.measure({model, npy(images, masks), {}, quick()}, job_);
    ASSERT_TRUE(labelled) << labelled.error().message;
    EXPECT_EQ(labelled->variant.metrics.at(0).metric, "mean_iou");
    EXPECT_EQ(labelled->variant.classes->metric, "mean_iou");
    EXPECT_FALSE(labelled->variant.top1);
    ASSERT_TRUE(labelled->drop);
    EXPECT_FALSE(labelled->drop->low);
    const auto unlabelled = workbench_.measure({model, npy(images), {}, quick()}, job_);
    ASSERT_TRUE(unlabelled) << unlabelled.error().message;
    EXPECT_EQ(unlabelled->variant.metrics.at(0).metric, "sqnr_db");
    EXPECT_GT(*unlabelled->variant.metrics.at(0).value, 20);
}

TEST_F(MetricsTest, SequencesAreJudgedByExactMatch) {
    test::saveScript(file("sequence.pt"), "def forward(self, x):\n  return torch.linear(x, self.w)\n",
                     {{"w", weights(6)}});
    const auto result =
        workbench_.measure({file("sequence.pt"),
                            npy(at::randn({60, 5, 16}), at::randint(1, 6, {60, 3}, at::kLong)),
                            {},
                            quick()},
                           job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->variant.metrics.at(0).metric, "exact_match");
    EXPECT_TRUE(result->variant.metrics.at(0).low);
    EXPECT_TRUE(*result->drop->distinguishable == false);
}

TEST_F(MetricsTest, AMetricByHandIsTheHeadline) {
    protocol::Recipe recipe = quick();
    recipe.metric = "cosine";
    const auto result = workbench_.measure({classifier(), npy(at::randn({100, 16})), {}, recipe}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->variant.metrics.at(0).metric, "cosine");
}

TEST_F(MetricsTest, WhatDoesNotFitIsFoundBeforeTheWork) {
    bool worked = false;
    Job job([&](const Progress&) { worked = true; }, {});
    protocol::Recipe recipe = quick();
    recipe.metric = "mean_iou";
    const auto byHand = workbench_.measure({classifier(), npy(at::randn({100, 16})), {}, recipe}, job);
    ASSERT_FALSE(byHand);
    EXPECT_EQ(byHand.error().kind, ErrorKind::Usage);
    EXPECT_FALSE(worked);
    EXPECT_THAT(
        measureError({classifier(), npy(at::randn({100, 16}), at::zeros({100, 5}, at::kLong)), {}, quick()}),
        HasSubstr("labels of shape N x 5 fit no metric"));
    EXPECT_THAT(
        measureError({classifier(), npy(at::randn({100, 16}), at::full({100}, 8, at::kLong)), {}, quick()}),
        HasSubstr("label 8 is outside the model's 8 classes"));
}

TEST_F(MetricsTest, ANetworkOfOneBatchSizeIsFedThatSize) {
    test::saveScript(file("fixed.pt"),
                     "def forward(self, x):\n  return torch.linear(x.view(4, 2, 8).reshape(4, 16), self.w)\n",
                     {{"w", weights(8)}});
    const at::Tensor x = at::randn({103, 16});
    const at::Tensor labels = x.matmul(weights(8).t()).argmax(1);
    const auto model = workbench_.openModel({file("fixed.pt"), std::nullopt, {{"", "", {4, 16}}}});
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->batch, 4);
    const auto result =
        workbench_.measure({file("fixed.pt"), npy(x, labels), {{"", "", {4, 16}}}, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->measured.samples, 71);
    EXPECT_EQ(result->measured.batch, 4);
    EXPECT_EQ(result->fp32.top1, 100);
}

TEST_F(MetricsTest, SeveralInputsAndOutputs) {
    test::saveScript(file("two.pt"),
                     "def forward(self, a, b):\n"
                     "  y = torch.conv2d(a, self.w) + b\n"
                     "  return y, y.mean([2, 3])\n",
                     {{"w", at::randn({5, 3, 1, 1})}});
    const std::vector<protocol::TensorInfo> inputs = {{"a", "", {1, 3, 6, 6}}, {"b", "", {1, 5, 6, 6}}};
    const auto model = workbench_.openModel({file("two.pt"), std::nullopt, inputs});
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_EQ(model->inputs.size(), 2U);
    EXPECT_EQ(model->inputs[1].shape, (std::vector<int64_t>{1, 5, 6, 6}));
    ASSERT_EQ(model->outputs.size(), 2U);
    EXPECT_EQ(model->outputs[1].shape, (std::vector<int64_t>{1, 5}));
    const auto result = workbench_.measure({file("two.pt"), std::nullopt, inputs, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->variant.latency_ms);
    EXPECT_TRUE(result->variant.metrics.empty()) << "nothing is said about accuracy on noise";
    EXPECT_THAT(measureError({file("two.pt"), npy(at::randn({20, 3, 6, 6})), {}, quick()}),
                HasSubstr("two.pt"));
}

TEST_F(MetricsTest, EvaluatesFp32AloneByItsLabels) {
    const at::Tensor x = at::randn({50, 16});
    const at::Tensor labels = x.matmul(weights(8).t()).argmax(1);
    EvaluateRequest request;
    request.model = {classifier(), npy(x, labels), {}};
    request.samples = 40;
    const auto result = workbench_.evaluate(request, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->fp32.top1, 100);
    EXPECT_EQ(result->fp32.metrics.at(0).samples, 40);
    EXPECT_EQ(result->measured.samples, 40);
    EXPECT_THAT(onValues(result->notes), testing::IsEmpty());
    request.metric = "sqnr_db";
    EXPECT_FALSE(workbench_.evaluate(request, job_));
}

TEST_F(MetricsTest, SaysWhatIsNotFiniteInAnEvaluation) {
    at::Tensor x = at::randn({10, 16});
    x[3][0] = std::nanf("");
    x[7].copy_(weights(8)[0].sign() * 3e38);
    EvaluateRequest request;
    request.model = {classifier(), npy(x, at::zeros({10}, at::kLong)), {}};
    const auto result = workbench_.evaluate(request, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->measured.samples, 9);
    EXPECT_THAT(result->skipped, ElementsAre(HasSubstr("sample 3: input")));
    EXPECT_THAT(onValues(result->notes),
                ElementsAre(HasSubstr("not finite (NaN or infinity) for 1 of 9 samples")));
}

}  // namespace
}  // namespace qs
