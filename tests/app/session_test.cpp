#include "app/session/session.h"
#include "app/session/input_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <QFile>
#include <QSignalSpy>

#include "app/files.h"
#include "app/session_fixture.h"
#include "support/sample_results.h"

namespace qs::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kWorst = "layer4.0.downsample.0";

class SessionTest : public SessionFixture {};

std::string precisionOf(const Variant& variant, const std::string& layer) {
    for (const protocol::LayerResult& result : variant.result.layers) {
        if (result.name == layer) {
            return result.precision;
        }
    }
    return "no such layer";
}

TEST_F(SessionTest, OpensModelAndData) {
    QSignalSpy model(&session(), &Session::modelChanged);
    QSignalSpy data(&session(), &Session::dataChanged);
    open();
    EXPECT_EQ(model.count(), 1);
    EXPECT_EQ(data.count(), 1);
    EXPECT_EQ(session().model()->layers.size(), samples::modelInfo("").layers.size());
    EXPECT_EQ(session().data(DataRole::Evaluation)->info.samples, 10'000);
    EXPECT_FALSE(session().data(DataRole::Training));
    EXPECT_FALSE(session().isModified()) << "all of it can be opened again";
}

TEST_F(SessionTest, AsksForShapesThatTheFileLeavesOpenAndKeepsThem) {
    QSignalSpy needed(&session(), &Session::inputShapesNeeded);
    EXPECT_TRUE(session().openModel(path("free.onnx")));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    ASSERT_EQ(needed.count(), 1);
    EXPECT_TRUE(messages.empty()) << "the question says it";
    EXPECT_EQ(needed[0][0].toString(), path("free.onnx"));
    auto inputs = needed[0][1].value<std::vector<protocol::TensorInfo>>();
    ASSERT_EQ(inputs.size(), 1u);
    EXPECT_EQ(inputs[0].name, "image");
    EXPECT_EQ(inputs[0].shape, (std::vector<int64_t>{1, 1, 224, 224}));
    inputs[0].shape = {1, 1, 64, 64};
    EXPECT_TRUE(session().openModel(path("free.onnx"), inputs));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_EQ(session().inputs().at(0).shape, inputs[0].shape);
    EXPECT_EQ(session().model()->inputs.at(0).shape, inputs[0].shape);
    EXPECT_TRUE(session().isModified()) << "shapes were entered";
    EXPECT_TRUE(session().openModel(path("missing.onnx")));
    finish();
    EXPECT_EQ(needed.count(), 1);
}

TEST_F(SessionTest, CalibratesOnDataOfItsOwnUntilThatIsCleared) {
    open();
    EXPECT_TRUE(session().openData({"npy:calib.npy", {}}, DataRole::Calibration));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    Settings settings = session().settings();
    settings.metric = "sqnr_db";
    settings.seed = 7;
    settings.algorithms = {{"bias_correction", {{"samples", 16}}}};
    session().setSettings(settings);
    calibrate();
    const protocol::VariantResult& result = session().currentVariant()->result;
    EXPECT_EQ(result.measured.calib_data, "npy:calib.npy");
    EXPECT_EQ(result.recipe.metric, "sqnr_db");
    EXPECT_EQ(result.recipe.seed, 7u);
    ASSERT_EQ(result.recipe.algorithms.size(), 1u);
    EXPECT_EQ(result.recipe.algorithms[0].parameters.at("samples"), 16);
    EXPECT_EQ(session().currentVariant()->name, QStringLiteral("onednn, bias_correction"));
    session().clearCalibrationData();
    calibrate();
    EXPECT_EQ(session().currentVariant()->result.measured.calib_data, "");
}

TEST(InputHintTest, ReadsTheExampleInAnError) {
    const auto hint = inputHint({{"input", "x"}, {"shape", {1, 3, 224, 224}}});
    ASSERT_TRUE(hint);
    EXPECT_EQ(hint->name, "x");
    EXPECT_EQ(hint->shape, (std::vector<int64_t>{1, 3, 224, 224}));
    for (const nlohmann::json& other :
         {nlohmann::json(), nlohmann::json{{"file", "x.pt"}}, nlohmann::json{{"input", 3}, {"shape", {1}}}}) {
        EXPECT_FALSE(inputHint(other)) << other;
    }
    const auto guess = inputHint({{"input", ""}, {"shape", {1, 3, 224, 224}}});
    ASSERT_TRUE(guess);
    EXPECT_EQ(guess->name, "");
    EXPECT_EQ(parseShape(QStringLiteral(" 1 x 3 × 8,8 ")), (std::vector<int64_t>{1, 3, 8, 8}));
    EXPECT_EQ(parseShape(QStringLiteral("?x3")), (std::vector<int64_t>{-1, 3}));
    for (const char* text : {"", "1x", "0x3", "ax3", "1x-2"}) {
        EXPECT_FALSE(parseShape(QLatin1String(text))) << text;
    }
}

TEST_F(SessionTest, SaysWhyAModelCannotBeOpened) {
    EXPECT_TRUE(session().openModel(path("missing.pt")));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_THAT(messages, ElementsAre(HasSubstr("no such file")));
    EXPECT_FALSE(session().model());
}

TEST_F(SessionTest, RefusesWhatCannotBegin) {
    EXPECT_FALSE(session().calibrate());
    EXPECT_THAT(messages.back(), HasSubstr("model first"));
    EXPECT_TRUE(session().openModel(path("net.pt")));
    EXPECT_FALSE(session().openData({"npy:x", {}})) << "a job is running";
    EXPECT_THAT(messages.back(), HasSubstr("still running"));
    finish();
    EXPECT_FALSE(session().calibrate());
    EXPECT_THAT(messages.back(), HasSubstr("data first"));
    EXPECT_FALSE(session().exportTo({path("x.pt")}));
    EXPECT_FALSE(session().restoreWorst(1));
}

TEST_F(SessionTest, CalibrationMakesACurrentVariant) {
    open();
    QSignalSpy current(&session(), &Session::currentVariantChanged);
    bool progressed = false;
    QObject::connect(&session(), &Session::jobChanged, [&] { progressed |= session().job().total > 0; });
    calibrate();
    EXPECT_TRUE(progressed);
    EXPECT_EQ(current.count(), 3) << "with errors, with accuracy, with all";
    ASSERT_EQ(session().variants().size(), 1u);
    EXPECT_EQ(currentName(), "onednn");
    EXPECT_FALSE(session().isOutdated());
    EXPECT_TRUE(session().currentVariant()->result.variant.top1);
}

TEST_F(SessionTest, SettingsReachTheEngine) {
    open();
    Settings settings;
    settings.calibSamples = 17;
    settings.latencyRuns = 3;
    settings.backend = "xnnpack";
    session().setSettings(settings);
    calibrate();
    const protocol::Recipe& recipe = session().currentVariant()->result.recipe;
    EXPECT_EQ(recipe.calib_samples, 17);
    EXPECT_EQ(recipe.latency_runs, 3);
    EXPECT_EQ(recipe.backend, "xnnpack");
}

TEST_F(SessionTest, RestoreWorstMeasuresANewVariantAndUndoShowsTheOldOne) {
    open();
    calibrate();
    ASSERT_TRUE(session().restoreWorst(2));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    ASSERT_EQ(session().variants().size(), 2u);
    EXPECT_EQ(currentName(), "onednn, 2 layers FP32");
    EXPECT_EQ(precisionOf(*session().currentVariant(), kWorst), "fp32");
    EXPECT_LT(*session().currentVariant()->result.accuracy_drop,
              *session().variants()[0]->result.accuracy_drop);

    session().undoStack().undo();
    EXPECT_EQ(currentName(), "onednn");
    EXPECT_EQ(session().rules().ofLayer(kWorst), nullptr);
    EXPECT_EQ(session().variants().size(), 2u) << "variants are never undone";
    session().undoStack().redo();
    EXPECT_EQ(currentName(), "onednn, 2 layers FP32");
    ASSERT_NE(session().rules().ofLayer(kWorst), nullptr);
    EXPECT_EQ(session().rules().ofLayer(kWorst)->preset, "fp32");
    EXPECT_FALSE(session().isOutdated());
}

TEST_F(SessionTest, RestoringAgainTakesTheNextWorst) {
    open();
    calibrate();
    session().restoreWorst(1);
    finish();
    session().restoreWorst(1);
    finish();
    EXPECT_EQ(session().rules().floatLayers(), 2u);
    EXPECT_EQ(session().undoStack().count(), 2);
    EXPECT_FALSE(session().restoreLayers({QLatin1String(kWorst)})) << "it is in FP32 already";
    EXPECT_EQ(session().undoStack().count(), 2);
}

TEST_F(SessionTest, UndoPrefersTheVariantThatWasShown) {
    open();
    calibrate();
    calibrate();
    EXPECT_EQ(currentName(), "onednn (2)");
    session().setCurrentVariant(session().variants()[0]->id);
    session().restoreWorst(1);
    finish();
    session().undoStack().undo();
    EXPECT_EQ(currentName(), "onednn") << "the first, though the second has the same rules and is newer";
}

TEST_F(SessionTest, AnEditWithoutAMeasuredVariantLeavesTheCurrentOneOutdated) {
    open();
    calibrate();
    session().setGlobalPreset(QStringLiteral("fbgemm"));
    EXPECT_EQ(currentName(), "onednn");
    EXPECT_TRUE(session().isOutdated());
    session().adoptRules(session().variants()[0]->id);
    EXPECT_FALSE(session().isOutdated());
    EXPECT_EQ(session().rules().global().preset, "onednn");
}

TEST_F(SessionTest, TrainingMakesAVariantWithACurve) {
    open();
    Settings settings;
    settings.qat.epochs = 2;
    session().setSettings(settings);
    QSignalSpy curve(&session(), &Session::liveCurveChanged);
    ASSERT_TRUE(session().train());
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_GT(curve.count(), 10);
    EXPECT_EQ(session().liveCurve().size(), session().currentVariant()->result.curve.size());
    EXPECT_EQ(currentName(), "onednn QAT 2 epochs");
    EXPECT_EQ(session().currentVariant()->result.measured.data, "fashion-mnist:train")
        << "not the test images";
    EXPECT_TRUE(session().currentVariant()->isTrained());
    EXPECT_TRUE(
        QFile::exists(QString::fromStdString(session().currentVariant()->result.recipe.trained_weights)));
}

TEST_F(SessionTest, TrainingOnTheEvaluationDataIsPointedOut) {
    open();
    session().openData({"imagefolder:/data", {}});
    finish();
    ASSERT_TRUE(session().train());
    EXPECT_THAT(messages, testing::Contains(HasSubstr("flatter")));
    finish();
    messages.clear();
    session().openData({"imagefolder:/more", {}}, DataRole::Training);
    finish();
    ASSERT_TRUE(session().train());
    finish();
    EXPECT_THAT(messages, IsEmpty());
    EXPECT_EQ(session().currentVariant()->result.measured.data, "imagefolder:/more");
}

TEST_F(SessionTest, RestoringATrainedVariantKeepsItsWeights) {
    open();
    session().train();
    finish();
    const std::string weights = session().currentVariant()->result.recipe.trained_weights;
    ASSERT_TRUE(session().restoreWorst(1));
    finish();
    EXPECT_EQ(currentName(), "onednn QAT 1 epoch, 1 layer FP32");
    EXPECT_EQ(session().currentVariant()->result.recipe.trained_weights, weights);
}

TEST_F(SessionTest, Exports) {
    open();
    calibrate();
    QSignalSpy exported(&session(), &Session::exported);
    ASSERT_TRUE(session().exportTo({path("out.onnx")}));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    ASSERT_EQ(exported.count(), 1);
    EXPECT_EQ(exported[0][0].value<protocol::ExportResult>().target, "onnxruntime-x64");
    EXPECT_TRUE(QFile::exists(path("out.onnx")));
    ASSERT_TRUE(session().exportTo({path("no/such/folder/out.onnx")}));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_THAT(messages.back(), HasSubstr("cannot write"));
    EXPECT_EQ(exported.count(), 1);
}

TEST_F(SessionTest, AnExportReplacesOnlyWhatItMay) {
    open();
    calibrate();
    ExportChoice choice{path("out.onnx"), QStringLiteral("tensorrt"), 17, true};
    QSignalSpy exported(&session(), &Session::exported);
    ASSERT_TRUE(session().exportTo(choice));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    const auto result = exported[0][0].value<protocol::ExportResult>();
    EXPECT_EQ(result.target, "tensorrt");
    EXPECT_THAT(result.notes, IsEmpty()) << "preprocessing is inside";
    ASSERT_TRUE(session().exportTo(choice));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_THAT(messages.back(), HasSubstr("exists"));
    choice.replace = true;
    ASSERT_TRUE(session().exportTo(choice));
    EXPECT_EQ(finish(), JobOutcome::Finished);
}

TEST_F(SessionTest, TheNetworkInFloatNeedsNoVariant) {
    ASSERT_TRUE(session().openModel(path("net.pt")));
    finish();
    EXPECT_FALSE(session().exportTo({path("x.onnx")}));
    EXPECT_THAT(messages.back(), HasSubstr("Calibrate first"));
    ExportChoice choice{path("x.onnx")};
    choice.fp32 = true;
    ASSERT_TRUE(session().exportTo(choice));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_TRUE(QFile::exists(path("x.onnx")));
}

TEST_F(SessionTest, AFileIsVerifiedAgainstTheOpenModel) {
    EXPECT_FALSE(session().verify(path("out.pt")));
    EXPECT_THAT(messages.back(), HasSubstr("Open the model first"));
    open();
    calibrate();
    ASSERT_TRUE(session().verify(path("out.pt")));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_THAT(messages.back(), HasSubstr("no such file"));
    EXPECT_FALSE(session().proof());
    ASSERT_TRUE(session().exportTo({path("out.pt")}));
    finish();
    ASSERT_TRUE(session().verify(path("out.pt")));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    ASSERT_TRUE(session().proof());
    EXPECT_EQ(session().proof()->file, path("out.pt"));
    EXPECT_TRUE(session().proof()->result.passed);
    EXPECT_TRUE(session().proof()->result.file_top1);
    EXPECT_TRUE(session().isModified());
    ASSERT_EQ(saveTo(session(), path("proven.qsproj")), QString());
    session().clear();
    EXPECT_FALSE(session().proof());
    ASSERT_EQ(loadFrom(session(), path("proven.qsproj")), QString());
    ASSERT_TRUE(session().proof()) << "it is kept in the project";
    EXPECT_EQ(session().proof()->file, path("out.pt"));
    ASSERT_TRUE(session().openModel(path("other.pt")));
    finish();
    EXPECT_FALSE(session().proof()) << "it was about another model";
}

TEST_F(SessionTest, CancelLeavesEverythingAsItWas) {
    start({QStringLiteral("--step-ms"), QStringLiteral("2000")});
    open();
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(eventually([&] { return session().job().total > 0; }));
    session().cancelJob();
    EXPECT_TRUE(session().job().cancelling);
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    EXPECT_THAT(session().variants(), IsEmpty());
    EXPECT_THAT(messages, IsEmpty());
    EXPECT_EQ(engine().state(), EngineClient::State::Ready) << "no need for force";
}

TEST_F(SessionTest, AJobThatIgnoresCancelIsEndedByForce) {
    open("hang.pt");
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(eventually([&] { return session().job().total > 0; }));
    session().cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    ASSERT_TRUE(session().openData({"fashion-mnist:test", {}}));
    EXPECT_EQ(finish(), JobOutcome::Finished) << "on a new engine";
}

TEST_F(SessionTest, FailuresOfAJobAreTold) {
    open("fail.pt");
    ASSERT_TRUE(session().calibrate());
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_THAT(messages, ElementsAre(HasSubstr("the job failed on")));
}

TEST_F(SessionTest, ACrashIsToldOnceAndTheSessionGoesOn) {
    open();
    calibrate();
    session().openModel(path("crash.pt"));
    finish();
    ASSERT_TRUE(session().calibrate());
    EXPECT_EQ(finish(), JobOutcome::Failed);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_THAT(messages[0], HasSubstr("\"Calibrate and measure\" was interrupted. The engine crashed."));
    EXPECT_THAT(messages[0], HasSubstr("A new engine is being started"));
    session().openModel(path("net.pt"));
    finish();
    calibrate();
    EXPECT_EQ(session().variants().size(), 1u);
}

TEST_F(SessionTest, AnEngineKilledInTheMiddleOfTraining) {
    start({QStringLiteral("--step-ms"), QStringLiteral("50")});
    open();
    calibrate();
    ASSERT_TRUE(session().train());
    ASSERT_TRUE(eventually([&] { return session().liveCurve().size() > 2; }));
    ::kill(static_cast<pid_t>(engine().processId()), SIGKILL);
    EXPECT_EQ(finish(), JobOutcome::Failed);
    EXPECT_EQ(session().variants().size(), 1u);
    EXPECT_EQ(currentName(), "onednn");
    ASSERT_TRUE(session().restoreWorst(1));
    EXPECT_EQ(finish(), JobOutcome::Finished);
}

TEST_F(SessionTest, AnotherModelStartsAfresh) {
    open();
    session().setGlobalPreset(QStringLiteral("x86"));
    session().setLayerOverride({QStringLiteral("fc")}, QStringLiteral("fp32"));
    calibrate();
    session().setSelectedLayer(QStringLiteral("fc"));
    ASSERT_TRUE(session().openModel(path("other.pt")));
    finish();
    EXPECT_THAT(session().variants(), IsEmpty());
    EXPECT_EQ(session().currentVariant(), nullptr);
    EXPECT_EQ(session().rules().all(), (std::vector<protocol::Rule>{{"global", "", "x86"}}));
    EXPECT_EQ(session().undoStack().count(), 0);
    EXPECT_EQ(session().selectedLayer(), QString());
    EXPECT_TRUE(session().data(DataRole::Evaluation)) << "data stays";
}

TEST_F(SessionTest, TheSameModelAgainKeepsTheVariants) {
    open();
    calibrate();
    ASSERT_TRUE(session().openModel(path("net.pt")));
    finish();
    EXPECT_EQ(session().variants().size(), 1u);
}

TEST_F(SessionTest, RemovingTheCurrentVariantShowsTheLast) {
    open();
    calibrate();
    calibrate();
    session().removeVariant(session().currentVariant()->id);
    EXPECT_EQ(currentName(), "onednn");
    session().removeVariant(session().currentVariant()->id);
    EXPECT_EQ(session().currentVariant(), nullptr);
}

TEST_F(SessionTest, ASessionMayGoWithAJobUnderWay) {
    open();
    auto other = makeSession();
    ASSERT_TRUE(other->openModel(path("net.pt")));
    other.reset();
    EXPECT_TRUE(eventually([&] { return engine().pendingCount() == 0; }));
}

}  // namespace
}  // namespace qs::app
