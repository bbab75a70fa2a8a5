#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "workbench/recipe_check.h"
#include "workbench/thread_count.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class BadRecipe : public WorkbenchTest {
  protected:
    Error error(const protocol::Recipe& recipe) {
        bool worked = false;
        Job job([&](const Progress&) { worked = true; }, {});
        const auto result = workbench_.measure({resnet(), images(), {}, recipe}, job);
        EXPECT_FALSE(result);
        EXPECT_FALSE(worked) << "checked after the work had begun";
        const Error error = result ? Error{} : result.error();
        EXPECT_THAT(error.message, Not(HasSubstr("\n")));
        return error;
    }
    std::string calibrationError(const protocol::TensorQParams& entry) {
        protocol::Recipe damaged = recipe();
        damaged.calibration = {entry};
        return error(damaged).message;
    }
    template <typename F>
    std::string errorOf(F&& change) {
        protocol::Recipe damaged = recipe();
        change(damaged);
        const Error found = error(damaged);
        EXPECT_EQ(found.kind, ErrorKind::Usage) << found.message;
        return found.message;
    }
    template <typename F>
    std::string trainingError(F&& change) {
        protocol::TrainParams params{{resnet(), images(), {}, recipe()}, images(), file("w.qsw")};
        params.variant.recipe.qat = protocol::QatSettings{};
        change(*params.variant.recipe.qat);
        const auto result = train(params, job_);
        EXPECT_FALSE(result);
        return result ? "" : result.error().message;
    }
};

TEST_F(BadRecipe, AGridThatKernelsCannotTakeNamesTheTensorAndTheNumber) {
    const struct {
        protocol::TensorQParams entry;
        const char* problem;
    } cases[] = {
        {{"conv1", "float8_e4m3", {0.1}, {0}, -8, 7}, "float8_e4m3"},
        {{"conv1", "float32", {0.1}, {0}, 0, 255}, "float32"},
        {{"conv1", "uint9", {0.1}, {0}, 0, 255}, "'uint9'"},
        {{"conv1", "uint8", {0.1}, {0}, 0, int64_t(1) << 40}, "1099511627776"},
        {{"conv1", "int8", {0.1}, {0}, -129, 127}, "-129"},
        {{"conv1", "uint8", {0.1}, {7}, 7, 7}, "from 7 to 7"},
        {{"conv1", "uint8", {0.1}, {256}, 0, 255}, "zero point 256"},
        {{"conv1", "uint8", {0.1}, {-1}, 0, 255}, "zero point -1"},
        {{"conv1", "uint8", {0.0}, {0}, 0, 255}, "scale is 0"},
        {{"conv1", "uint8", {-0.5}, {0}, 0, 255}, "scale is -0.5"},
        {{"conv1", "uint8", {1e-320}, {0}, 0, 255}, "e-321"},
        {{"conv1", "uint8", {1e-39}, {0}, 0, 255}, "1e-39"},
        {{"conv1", "uint8", {1e39}, {0}, 0, 255}, "1e+39"},
        {{"conv1", "uint8", {kInfinity}, {0}, 0, 255}, "inf"},
        {{"conv1", "uint8", {kNan}, {0}, 0, 255}, "nan"},
        {{"conv1", "uint8", {}, {}, 0, 255}, "0 scales"},
        {{"conv1", "uint8", {0.1, 0.2}, {0, 0}, 0, 255}, "2 scales"},
        {{"conv1", "uint8", {0.1}, {0, 0}, 0, 255}, "2 zero points"},
    };
    for (const auto& [entry, problem] : cases) {
        EXPECT_THAT(calibrationError(entry), AllOf(HasSubstr("calibration of conv1"), HasSubstr(problem),
                                                   HasSubstr("calibrate again")));
    }
}

TEST_F(BadRecipe, AnEntryOfATensorThatIsNotThereNamesTheNearest) {
    EXPECT_THAT(calibrationError({"layer1.0.con1", "uint8", {0.1}, {0}, 0, 255}),
                AllOf(HasSubstr("'layer1.0.con1'"), HasSubstr("layer1.0.conv1")));
    EXPECT_THAT(calibrationError({std::string(100'000, 'x'), "uint8", {0.1}, {0}, 0, 255}),
                Not(HasSubstr("did you mean")));
}

TEST_F(BadRecipe, ATensorHasOneEntry) {
    protocol::Recipe twice = recipe();
    twice.calibration = {{"conv1", "uint8", {0.1}, {0}, 0, 255}, {"conv1", "uint8", {0.2}, {0}, 0, 255}};
    EXPECT_THAT(error(twice).message, HasSubstr("two entries for conv1"));
}

TEST_F(BadRecipe, APatternOrAnOpThatFindsNothingNamesTheNearest) {
    EXPECT_THAT(errorOf([](auto& r) {
                    r.rules.push_back({"pattern", "layr1.*", "fp32"});
                }),
                AllOf(HasSubstr("'layr1.*'"), HasSubstr("did you mean")));
    EXPECT_THAT(errorOf([](auto& r) {
                    r.rules.push_back({"op", "conv2", "fp32"});
                }),
                AllOf(HasSubstr("no op 'conv2'"), HasSubstr("conv2d")));
    EXPECT_THAT(errorOf([](auto& r) { r.rules.resize(10'001, {"global", "", "fp32"}); }), HasSubstr("10001"));
}

TEST_F(BadRecipe, ErrorsSayInDataWhatAProgramNeeds) {
    protocol::Recipe damaged = recipe();
    damaged.rules.push_back({"layer", "fc", "fp32"});
    damaged.rules.push_back({"layer", "layer9", "fp32"});
    EXPECT_EQ(error(damaged).data, (ErrorData{{"rule", int64_t{2}}, {"key", "layer9"}}));
    damaged = recipe();
    damaged.batch = 0;
    EXPECT_EQ(error(damaged).data, (ErrorData{{"setting", "batch"}}));
    damaged = recipe();
    damaged.calibration = {{"conv1", "float8_e4m3", {0.1}, {0}, -8, 7}};
    EXPECT_EQ(error(damaged).data, (ErrorData{{"tensor", "conv1"}}));
}

TEST_F(BadRecipe, AnOpThatTheModelLacksIsFine) {
    protocol::Recipe general = recipe();
    general.rules.push_back({"op", "gelu", "fp32"});
    general.latency_runs = 0;
    EXPECT_TRUE(workbench_.measure({resnet(), images(), {}, general}, job_));
}

TEST_F(BadRecipe, CountsNameTheirKeyAndRange) {
    using protocol::Recipe;
    const auto with = [&](auto member, auto value) {
        return errorOf([&](Recipe& changed) { changed.*member = value; });
    };
    EXPECT_THAT(with(&Recipe::batch, int64_t(1) << 40), HasSubstr("batch is 1099511627776"));
    EXPECT_THAT(with(&Recipe::batch, 0), HasSubstr("1 to 65536"));
    EXPECT_THAT(with(&Recipe::threads, -1), HasSubstr("threads is -1"));
    EXPECT_THAT(with(&Recipe::threads, 1'000'000), HasSubstr("threads is 1000000"));
    EXPECT_THAT(with(&Recipe::latency_runs, -1), HasSubstr("latency_runs is -1"));
    EXPECT_THAT(with(&Recipe::latency_warmup, 2'000'000'000), HasSubstr("latency_warmup is 2000000000"));
    EXPECT_THAT(with(&Recipe::calib_samples, -1), HasSubstr("calib_samples"));
    EXPECT_THAT(with(&Recipe::eval_samples, -1), HasSubstr("eval_samples"));
}

TEST_F(BadRecipe, SettingsOfTrainingAreNumbers) {
    using protocol::QatSettings;
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.learning_rate = kInfinity; }),
                HasSubstr("learning_rate"));
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.learning_rate = kNan; }),
                HasSubstr("learning_rate"));
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.momentum = kNan; }), HasSubstr("momentum"));
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.weight_decay = kInfinity; }),
                HasSubstr("weight_decay"));
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.epochs = 2'000'000'000; }), HasSubstr("epochs is"));
    EXPECT_THAT(trainingError([](QatSettings& qat) { qat.batch = 1 << 20; }),
                HasSubstr("batch of the training"));
}

TEST_F(BadRecipe, MoreThreadsThanCoresAreNotStarted) {
    protocol::Recipe many = recipe();
    many.threads = 1000;
    const auto result = workbench_.measure({resnet(), images(), {}, many}, job_);
    ASSERT_TRUE(result) << result.error().message;
    const int cores = workbench_.info().cores;
    EXPECT_EQ(result->measured.threads, cores);
    EXPECT_EQ(result->recipe.threads, 1000) << "the recipe stays what it is";
    EXPECT_THAT(result->notes, ::testing::Contains(HasSubstr("1000 threads were asked for, and " +
                                                             std::to_string(cores) + " run")));
    EXPECT_EQ(threadNote(cores), "");
    EXPECT_EQ(useThreads(1), 1);
}

TEST_F(BadRecipe, AnInputThatNoMemoryHoldsIsRefused) {
    for (const std::vector<int64_t>& shape :
         {std::vector<int64_t>{1, 1, 1 << 20, 1 << 20}, {1, 1, int64_t(1) << 62, 8}}) {
        const auto model = workbench_.openModel({resnet(), std::nullopt, {{"", "", shape}}});
        ASSERT_FALSE(model);
        EXPECT_THAT(model.error().message, AllOf(HasSubstr("2^31"), HasSubstr("--input")));
    }
}

}  // namespace
}  // namespace qs
