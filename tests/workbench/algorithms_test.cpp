// Recipes with algorithms: what they did is measured, kept in the recipe, and not done twice.

#include <ATen/Functions.h>
#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "protocol/json.h"
#include "runtime/executor.h"
#include "workbench/variant.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kRunning = "Correcting biases";

class RecipeWithAlgorithms : public WorkbenchTest {
  protected:
    /// One scale a weight, so that there is something to make better.
    static protocol::Recipe corrected(double samples = 48) {
        protocol::Recipe recipe = WorkbenchTest::recipe();
        recipe.rules = {{"global", "", "qnnpack"}};
        recipe.latency_runs = 0;
        recipe.algorithms = {{"bias_correction", {{"samples", samples}}}};
        return recipe;
    }
    static protocol::VariantSpec variant(protocol::Recipe recipe = corrected()) {
        return {mobilenet(), images(), {}, std::move(recipe)};
    }

    /// A job that counts how often algorithms begin.
    Job counting() {
        return Job(
            [this](const Progress& progress) { ran_ += progress.message == kRunning && progress.done == 0; },
            {});
    }

    static protocol::Recipe throughText(const protocol::Recipe& recipe) {
        return nlohmann::json::parse(nlohmann::json(recipe).dump()).get<protocol::Recipe>();
    }

    std::string errorOf(protocol::Recipe recipe) {
        bool worked = false;
        Job job([&](const Progress&) { worked = true; }, {});
        const auto result = workbench_.measure({resnet(), images(), {}, std::move(recipe)}, job);
        EXPECT_FALSE(result);
        EXPECT_FALSE(worked) << "checked after the work had begun";
        return result ? "" : result.error().message;
    }
    std::string errorOfLayers(std::vector<protocol::LayerChange> layers) {
        protocol::Recipe recipe = corrected();
        recipe.algorithms[0].layers = std::move(layers);
        return errorOf(std::move(recipe));
    }

    int ran_ = 0;
};

TEST_F(RecipeWithAlgorithms, SayWhatTheyChangedAndMakeTheNetworkBetter) {
    protocol::Recipe without = corrected();
    without.algorithms.clear();
    const auto plain = workbench_.measurePart(variant(without), VariantPart::Errors, job_);
    const auto better = workbench_.measurePart(variant(), VariantPart::Errors, job_);
    ASSERT_TRUE(plain) << plain.error().message;
    ASSERT_TRUE(better) << better.error().message;
    RecordProperty("plain", std::to_string(*plain->layers.back().sqnr_db));
    RecordProperty("better", std::to_string(*better->layers.back().sqnr_db));
    EXPECT_GT(*better->layers.back().sqnr_db, *plain->layers.back().sqnr_db + 0.3);

    ASSERT_THAT(better->algorithms, SizeIs(1));
    EXPECT_EQ(better->algorithms[0].name, "bias_correction");
    EXPECT_THAT(better->algorithms[0].layers,
                Each(Field(&protocol::ChangedLayer::bias_change, testing::Gt(0))));
    ASSERT_TRUE(better->recipe.algorithms.at(0).layers);
    EXPECT_THAT(*better->recipe.algorithms[0].layers, SizeIs(better->algorithms[0].layers.size()));
    EXPECT_THAT(better->notes, Contains(HasSubstr("bias_correction changed the biases of ")));
    EXPECT_THAT(plain->algorithms, IsEmpty());
    EXPECT_THAT(plain->recipe.algorithms, IsEmpty());
}

TEST_F(RecipeWithAlgorithms, AreReproducedFromTheRecipeWithoutData) {
    Caches first, second;
    Job job = counting();
    const auto made = buildVariant(first, variant(), job);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(ran_, 1);
    const auto measured = workbench_.measurePart(variant(), VariantPart::Errors, job_);
    ASSERT_TRUE(measured) << measured.error().message;

    const protocol::VariantSpec alone{mobilenet(), std::nullopt, {}, throughText(measured->recipe)};
    const auto again = buildVariant(second, alone, job);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(ran_, 1);
    EXPECT_EQ(second.passes, 0);
    const std::vector<at::Tensor> input{at::rand({4, 1, 28, 28})};
    const auto outputOf = [&](const VariantOnData& variant) {
        return makeOneDnnExecutor(variant.built->converted).value()->run(input).value()[0];
    };
    EXPECT_TRUE(at::equal(outputOf(*made), outputOf(*again)));
}

TEST_F(RecipeWithAlgorithms, BuildOnceWhateverIsAskedOfTheVariant) {
    Job job = counting();
    const auto measured = workbench_.measurePart(variant(), VariantPart::Errors, job);
    ASSERT_TRUE(measured) << measured.error().message;
    for (const protocol::Recipe& recipe : {corrected(), measured->recipe, throughText(measured->recipe)}) {
        ASSERT_TRUE(workbench_.measurePart(variant(recipe), VariantPart::Errors, job));
    }
    EXPECT_EQ(workbench_.builds(), 1);
    EXPECT_EQ(ran_, 1);
    ASSERT_TRUE(workbench_.measurePart(variant(corrected(16)), VariantPart::Errors, job));
    EXPECT_EQ(workbench_.builds(), 2) << "other parameters make another variant";
    protocol::Recipe without = corrected();
    without.algorithms.clear();
    ASSERT_TRUE(workbench_.measurePart(variant(without), VariantPart::Errors, job));
    EXPECT_EQ(workbench_.builds(), 3);
    EXPECT_EQ(ran_, 2);
}

TEST_F(RecipeWithAlgorithms, TravelWithAFileThatVerifiesWithoutData) {
    const auto written = exportModel({variant(), file("out.pt")}, job_);
    ASSERT_TRUE(written) << written.error().message;
    Workbench other;
    Job job = counting();
    protocol::VerifyParams params;
    params.file = file("out.pt");
    params.model = mobilenet();
    const auto verified = other.verify(params, job);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(verified->passed) << verified->verdict;
    EXPECT_EQ(ran_, 0);

    params.recipe = corrected();
    params.recipe->calibration =
        workbench_.measurePart(variant(), VariantPart::Errors, job_)->recipe.calibration;
    const auto refused = other.verify(params, job);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "the recipe does not bring what bias_correction chose: give the data that it was calibrated "
              "on");
}

TEST_F(RecipeWithAlgorithms, RunOnWhatTrainingMade) {
    protocol::Recipe recipe = corrected();
    recipe.qat = protocol::QatSettings{};
    recipe.qat->train_samples = 128;
    recipe.qat->validation_samples = 64;
    // Of the network before training.
    recipe.algorithms[0].layers = {{"classifier.1", std::vector<double>(10, 1e4)}};
    const auto opened = workbench_.openModel({mobilenet(), std::nullopt, {}}, job_);
    ASSERT_TRUE(opened) << opened.error().message;
    (*recipe.algorithms[0].layers)[0].layer = opened->layers.back().name;
    Job job = counting();
    const auto trained = train({variant(recipe), images(), file("trained.qsw")}, job);
    ASSERT_TRUE(trained) << trained.error().message;
    EXPECT_EQ(ran_, 1);
    ASSERT_TRUE(trained->recipe.algorithms.at(0).layers);
    for (const protocol::ChangedLayer& layer : trained->algorithms.at(0).layers) {
        EXPECT_LT(layer.bias_change, 10) << layer.layer;
    }
    Workbench other;
    const auto again = other.measure(variant(trained->recipe), job);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(ran_, 1);
    EXPECT_EQ(again->variant.top1, trained->variant.top1);
    EXPECT_EQ(again->layers.back().sqnr_db, trained->layers.back().sqnr_db);
}

TEST_F(RecipeWithAlgorithms, ThatAreWrongAreRefusedAtTheDoor) {
    protocol::Recipe recipe = corrected();
    recipe.algorithms[0].name = "bias_corection";
    EXPECT_EQ(errorOf(recipe), "there is no algorithm 'bias_corection'; did you mean bias_correction?");
    EXPECT_EQ(errorOf(corrected(0)),
              "algorithm 'bias_correction': samples is 0, but has to lie between 1 and 100000");
    EXPECT_THAT(errorOf(corrected(std::numeric_limits<double>::quiet_NaN())),
                HasSubstr("samples is nan, but has to lie between"));
    recipe = corrected();
    recipe.algorithms[0].parameters["steps"] = 3;
    EXPECT_EQ(errorOf(recipe), "algorithm 'bias_correction' has no parameter 'steps': there are samples");
    recipe = corrected();
    recipe.algorithms.push_back(recipe.algorithms[0]);
    EXPECT_THAT(errorOf(recipe), HasSubstr("is asked for twice"));
}

TEST_F(RecipeWithAlgorithms, WithEntriesThatDoNotFitTheModelNameTheLayer) {
    const std::string start = "algorithm 'bias_correction' of the recipe has an entry for ";
    EXPECT_THAT(errorOfLayers({{"fcc", {1}}}),
                StartsWith(start + "fcc, which the model does not have; did you mean fc"));
    EXPECT_THAT(errorOfLayers({{"relu", {1}}}), StartsWith(start + "relu, which has no weights"));
    EXPECT_EQ(errorOfLayers({{"fc", {1, 2}}}),
              start +
                  "fc, of 2 biases, but the layer has 10 output channels: remove its layers, so that it "
                  "runs again");
    std::vector<double> bias(10, 0.5);
    EXPECT_THAT(errorOfLayers({{"fc", bias}, {"fc", bias}}), StartsWith(start + "fc, and another one"));
    for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), 1e39}) {
        bias[3] = wrong;
        EXPECT_THAT(errorOfLayers({{"fc", bias}}),
                    StartsWith(start + "fc, with a bias that is no finite number"));
    }
}

TEST_F(RecipeWithAlgorithms, AreListedWithWhatTheyCanBeTold) {
    const auto algorithms = workbench_.info().algorithms;
    ASSERT_THAT(algorithms, Not(IsEmpty()));
    EXPECT_EQ(algorithms[0].name, "bias_correction");
    EXPECT_EQ(algorithms[0].stage, "after_calibration");
    EXPECT_THAT(algorithms[0].description, Not(IsEmpty()));
    EXPECT_EQ(algorithms[0].parameters.at(0).default_value, 64);
}

}  // namespace
}  // namespace qs
