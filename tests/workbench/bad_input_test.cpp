#include <gmock/gmock.h>

#include <fstream>

#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::HasSubstr;

class BadInput : public WorkbenchTest {
  protected:
    Error measureError(protocol::VariantSpec params) {
        auto result = workbench_.measure(params, job_);
        EXPECT_FALSE(result);
        return result ? Error{} : result.error();
    }
};

TEST_F(BadInput, WrongChannelCountNamesTheOption) {
    protocol::DataSpec data = images();
    data.preprocessing.channels = 3;
    const Error error = measureError({resnet(), data, {}, recipe()});
    EXPECT_EQ(error.kind, ErrorKind::Failed);
    EXPECT_THAT(error.message, HasSubstr("3 channels, the model takes 1: set --channels 1"));
}

TEST_F(BadInput, UnknownLayerAndPreset) {
    EXPECT_EQ(measureError({resnet(), images(), {}, recipe({"layer9.conv"})}).kind, ErrorKind::Usage);
    protocol::Recipe unknown = recipe();
    unknown.rules[0].qconfig.preset = "tensorflow";
    const Error error = measureError({resnet(), images(), {}, unknown});
    EXPECT_EQ(error.kind, ErrorKind::Usage);
    EXPECT_THAT(error.message, HasSubstr("fbgemm"));
}

TEST_F(BadInput, NegativeCounts) {
    protocol::Recipe negative = recipe();
    negative.batch = 0;
    EXPECT_EQ(measureError({resnet(), images(), {}, negative}).kind, ErrorKind::Usage);
}

TEST_F(BadInput, DamagedCalibration) {
    protocol::Recipe damaged = recipe();
    damaged.calibration.push_back({"conv1", "uint8", {0.0}, {0}, 0, 255});
    EXPECT_THAT(measureError({resnet(), images(), {}, damaged}).message, HasSubstr("calibrate again"));
}

TEST_F(BadInput, WeightsOfAnotherModelOrNoWeights) {
    std::ofstream(file("text.qsw")) << "no weights";
    protocol::Recipe trained = recipe();
    trained.trained_weights = file("text.qsw");
    EXPECT_THAT(measureError({resnet(), images(), {}, trained}).message, HasSubstr("text.qsw"));
    trained.trained_weights = file("missing.qsw");
    EXPECT_THAT(measureError({resnet(), images(), {}, trained}).message, HasSubstr("missing.qsw"));
}

TEST_F(BadInput, AnOutputThatCannotBeWrittenIsFoundBeforeTheWork) {
    bool worked = false;
    Job job([&](const Progress&) { worked = true; }, {});
    const auto written = exportModel({{resnet(), images(), {}, recipe()}, file("none/out.pt")}, job);
    ASSERT_FALSE(written);
    EXPECT_FALSE(worked);
    const auto format = exportModel({{resnet(), images(), {}, recipe()}, file("out.tflite")}, job);
    ASSERT_FALSE(format);
    EXPECT_EQ(format.error().kind, ErrorKind::Usage);
    EXPECT_FALSE(worked);
}

TEST_F(BadInput, TrainingWithoutSettingsOrLabels) {
    protocol::TrainParams params{{resnet(), images(), {}, recipe()}, images(), file("w.qsw")};
    auto result = train(params, job_);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Usage);
    params.variant.recipe.qat = protocol::QatSettings{};
    params.variant.recipe.qat->learning_rate = -1;
    result = train(params, job_);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Usage);
}

TEST_F(BadInput, AnInputShapeThatTheModelCannotTake) {
    const auto model = workbench_.openModel({resnet(), std::nullopt, {{"", "", {1, 3, 28, 28}}}});
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error().message, HasSubstr("channels"));
    EXPECT_FALSE(workbench_.openModel({resnet(), std::nullopt, {{"", "", {1, 1}}}}));
}

}  // namespace
}  // namespace qs
