// The session on the engine that is shipped: what a person does, a crash in between, and the numbers
// afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <memory>

#include "app/client/engine_client.h"
#include "app/session/session.h"

namespace qs::app {
namespace {

using testing::HasSubstr;

class RealEngineTest : public testing::Test {
  protected:
    void SetUp() override {
        qputenv("QSCOPE_TEST_HOOKS", "1");
        const EngineCommand command{QStringLiteral(QS_BIN_DIR "/qscope"), {QStringLiteral("serve")}};
        engine = std::make_unique<EngineClient>(command);
        engine->start();
        session = std::make_unique<Session>(*engine, folder.filePath(QStringLiteral("recovery")));
        QObject::connect(session.get(), &Session::jobFinished,
                         [this](JobOutcome outcome) { last = outcome; });
        QObject::connect(session.get(), &Session::message, [this](Severity severity, const QString& text) {
            if (severity == Severity::Error) {
                errors.push_back(text.toStdString());
            }
        });
        Settings settings;
        settings.calibSamples = 32;
        settings.evalSamples = 64;
        settings.latencyRuns = 3;
        settings.latencyWarmup = 1;
        settings.qat.train_samples = 64;
        settings.qat.validation_samples = 64;
        settings.qat.batch = 16;
        session->setSettings(settings);
    }

    JobOutcome finish() {
        EXPECT_TRUE(QTest::qWaitFor([this] { return !session->job().running; }, 240'000));
        return last;
    }

    void open() {
        ASSERT_TRUE(session->openModel(QStringLiteral(QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt")));
        ASSERT_EQ(finish(), JobOutcome::Finished);
        ASSERT_TRUE(session->openData({"fashion-mnist:test", {}}));
        ASSERT_EQ(finish(), JobOutcome::Finished);
    }

    QTemporaryDir folder;
    std::unique_ptr<EngineClient> engine;
    std::unique_ptr<Session> session;
    JobOutcome last = JobOutcome::Failed;
    std::vector<std::string> errors;
};

TEST_F(RealEngineTest, MeasuresTheSameAfterACrash) {
    open();
    ASSERT_TRUE(session->calibrate());
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);

    bool crashed = false;
    RequestHandlers handlers;
    handlers.onError = [&](const EngineError&) { crashed = true; };
    engine->request("debug.crash", nlohmann::json::object(), handlers);
    ASSERT_TRUE(QTest::qWaitFor([&] { return crashed; }, 60'000));

    ASSERT_TRUE(session->calibrate());
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    const protocol::VariantResult& before = session->variants().at(0)->result;
    const protocol::VariantResult& after = session->variants().at(1)->result;
    ASSERT_FALSE(before.layers.empty());
    EXPECT_EQ(after.variant.top1, before.variant.top1);
    for (size_t i = 0; i < before.layers.size(); ++i) {
        EXPECT_EQ(after.layers[i].mse, before.layers[i].mse) << before.layers[i].name;
    }
}

TEST_F(RealEngineTest, MeasurementsQueueUpAndErrorsAreThereBeforeTheRest) {
    open();
    std::vector<std::vector<std::string>> missing;
    QObject::connect(session.get(), &Session::currentVariantChanged,
                     [&] { missing.push_back(session->currentVariant()->missing); });
    ASSERT_TRUE(session->calibrate());
    session->setGlobalPreset(QStringLiteral("qnnpack"));
    ASSERT_TRUE(session->calibrate());
    session->setGlobalPreset(QStringLiteral("fbgemm"));
    ASSERT_TRUE(session->calibrate());
    const int64_t unwanted = session->jobs().back().id;
    session->cancelJob(unwanted);
    ASSERT_TRUE(QTest::qWaitFor([this] { return session->jobs().size() < 3; }, 60'000));
    EXPECT_TRUE(session->job().running);
    ASSERT_TRUE(QTest::qWaitFor([this] { return session->jobs().empty(); }, 240'000));
    ASSERT_EQ(session->variants().size(), 2u) << testing::PrintToString(errors);
    EXPECT_EQ(session->variants()[0]->rules.global().preset, "onednn");
    EXPECT_EQ(session->variants()[1]->rules.global().preset, "qnnpack");
    const std::vector<std::string> afterErrors{"accuracy", "contributions", "latency"};
    EXPECT_EQ(std::count(missing.begin(), missing.end(), afterErrors), 2);
    EXPECT_TRUE(missing.back().empty());
    EXPECT_TRUE(errors.empty()) << testing::PrintToString(errors);
}

TEST_F(RealEngineTest, RestoresTheWorstAndExports) {
    open();
    session->calibrate();
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    ASSERT_TRUE(session->restoreWorst(2));
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    EXPECT_EQ(session->currentVariant()->name, QStringLiteral("onednn, 2 layers FP32"));
    for (const char* name : {"out.pt", "out.onnx"}) {
        const QString path = folder.filePath(QLatin1String(name));
        ASSERT_TRUE(session->exportTo({path}));
        EXPECT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
        EXPECT_GT(QFileInfo(path).size(), 10'000) << name;
    }
}

/// A rule for a pattern, set as the window sets it: what the engine foretells is what is measured.
TEST_F(RealEngineTest, APatternWithFourBitWeightsIsForetoldAndMeasured) {
    open();
    const auto answered = [this] { return session->preview().current() != nullptr; };
    ASSERT_TRUE(QTest::qWaitFor(answered, 60'000));
    for (const protocol::LayerQConfig& layer : session->preview().current()->preview.layers) {
        EXPECT_EQ(layer.rule, 0) << layer.name;
    }
    session->setRuleList(QStringLiteral("Add a rule"),
                         {{"global", "", "onednn"},
                          {"pattern", "layer2.*", protocol::parseQConfig("onednn,weight.dtype=int4").qconfig},
                          {"pattern", "layer9.*", "x86"}});
    QElapsedTimer waited;
    waited.start();
    ASSERT_TRUE(QTest::qWaitFor(answered, 60'000));
    RecordProperty("preview_ms", std::to_string(waited.elapsed()));
    const protocol::QConfigPreview preview = session->preview().current()->preview;
    ASSERT_EQ(preview.problems.size(), 1u);
    EXPECT_EQ(preview.problems[0].rule, 2);
    EXPECT_THAT(preview.problems[0].message, HasSubstr("layer9.*"));
    session->setRuleList(QStringLiteral("Remove rule 3"),
                         {session->rules().all().begin(), session->rules().all().end() - 1});
    ASSERT_TRUE(QTest::qWaitFor(answered, 60'000));

    ASSERT_TRUE(session->calibrate());
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    EXPECT_EQ(session->currentVariant()->name, QStringLiteral("onednn, 1 rule"));
    const auto& foretold = session->preview().current()->preview.layers;
    const auto& measured = session->currentVariant()->result.layers;
    ASSERT_EQ(measured.size(), foretold.size());
    int inFourBits = 0;
    for (size_t i = 0; i < measured.size(); ++i) {
        EXPECT_EQ(measured[i].precision, foretold[i].precision) << measured[i].name;
        EXPECT_EQ(measured[i].rule, foretold[i].rule) << measured[i].name;
        const bool named = measured[i].name.starts_with("layer2.");
        EXPECT_EQ(foretold[i].rule, named ? 1 : 0) << measured[i].name;
        EXPECT_EQ(measured[i].precision == "w4a8", named) << measured[i].name;
        inFourBits += measured[i].precision == "w4a8" ? 1 : 0;
    }
    EXPECT_GT(inFourBits, 0);
}

/// An engine that has never heard of the model of a project opens it for the answer.
TEST_F(RealEngineTest, AProjectsRulesAreResolvedWithoutMeasuring) {
    open();
    const QString project = folder.filePath(QStringLiteral("p.qsproj"));
    session->setRuleList(QStringLiteral("Rules"), {{"global", "", "onednn"}, {"op", "linear", "fp32"}});
    bool isSaved = false;
    QObject::connect(session.get(), &Session::saved, [&] { isSaved = true; });
    session->save(project);
    ASSERT_TRUE(QTest::qWaitFor([&] { return isSaved; }, 60'000));
    engine->restart();
    Session other(*engine, folder.filePath(QStringLiteral("other")));
    ASSERT_TRUE(other.load(project));
    ASSERT_TRUE(QTest::qWaitFor([&] { return other.preview().current() != nullptr; }, 60'000));
    const protocol::LayerQConfig& last = other.preview().current()->preview.layers.back();
    EXPECT_EQ(last.rule, 1);
    EXPECT_EQ(last.qconfig, "fp32");
    EXPECT_EQ(last.inherited_rule, 1) << "no rule names exactly this layer";
}

TEST_F(RealEngineTest, TrainsAndRestoresTheTrained) {
    open();
    ASSERT_TRUE(session->train());
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    EXPECT_FALSE(session->liveCurve().empty());
    ASSERT_TRUE(session->currentVariant()->isTrained());
    ASSERT_TRUE(session->restoreLayers({QString::fromStdString(session->model()->layers.at(0).name)}));
    ASSERT_EQ(finish(), JobOutcome::Finished) << testing::PrintToString(errors);
    EXPECT_TRUE(session->currentVariant()->isTrained());
}

TEST_F(RealEngineTest, CancelsTrainingWithoutForce) {
    open();
    Settings settings = session->settings();
    settings.qat.epochs = 1000;
    session->setSettings(settings);
    const qint64 process = engine->processId();
    ASSERT_TRUE(session->train());
    ASSERT_TRUE(QTest::qWaitFor([&] { return !session->liveCurve().empty(); }, 240'000));
    session->cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    EXPECT_EQ(engine->processId(), process);
    EXPECT_TRUE(session->variants().empty());
}

TEST_F(RealEngineTest, BadInputIsAMessage) {
    ASSERT_TRUE(session->openModel(folder.filePath(QStringLiteral("none.pt"))));
    EXPECT_EQ(finish(), JobOutcome::Failed);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_THAT(errors[0], HasSubstr("none.pt"));
    ASSERT_TRUE(session->openData({"nonsense:x", {}}));
    EXPECT_EQ(finish(), JobOutcome::Failed);
}

}  // namespace
}  // namespace qs::app
