// The queue of jobs, and what a measurement tells before it is done.

#include <gmock/gmock.h>
#include <signal.h>

#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include "app/files.h"
#include "app/session_fixture.h"

namespace qs::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SessionJobsTest : public SessionFixture {
  protected:
    std::vector<std::string> titles() {
        std::vector<std::string> found;
        for (const JobState& job : session().jobs()) {
            found.push_back(job.title.toStdString());
        }
        return found;
    }

    bool untilErrorsAreKnown(size_t variants = 1) {
        return eventually([&, this] { return session().variants().size() == variants; });
    }

    /// As a session that starts now finds it.
    std::unique_ptr<Session> reopened(const QString& project) {
        auto other = makeSession();
        EXPECT_EQ(loadFrom(*other, project), QString());
        return other;
    }
};

TEST_F(SessionJobsTest, RunInTheOrderInWhichTheyWereAskedForByTheRulesOfThatTime) {
    open();
    ASSERT_TRUE(session().calibrate());
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    ASSERT_TRUE(session().calibrate());
    session().setGlobalPreset(QStringLiteral("x86"));
    EXPECT_THAT(titles(), ElementsAre("Calibrate and measure", "Calibrate and measure"));
    EXPECT_TRUE(session().jobs()[0].running);
    EXPECT_FALSE(session().jobs()[1].running);
    EXPECT_LT(session().jobs()[0].id, session().jobs()[1].id);
    outcomes.clear();
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    EXPECT_THAT(outcomes, ElementsAre(JobOutcome::Finished, JobOutcome::Finished));
    ASSERT_EQ(session().variants().size(), 2u);
    EXPECT_EQ(session().variants()[0]->name, "onednn");
    EXPECT_EQ(session().variants()[1]->name, "qnnpack");
    EXPECT_TRUE(session().isOutdated());
}

TEST_F(SessionJobsTest, EveryKindThatComputesQueuesUp) {
    open();
    calibrate();
    ASSERT_TRUE(session().train());
    ASSERT_TRUE(session().restoreWorst(1));
    ExportChoice choice;
    choice.path = path("net.onnx");
    choice.target = QStringLiteral("onnxruntime-x64");
    choice.verify = true;
    ASSERT_TRUE(session().exportTo(choice));
    ASSERT_TRUE(session().calibrate());
    EXPECT_THAT(titles(),
                ElementsAre("Train", "Restore and measure", "Export net.onnx", "Calibrate and measure"));
    outcomes.clear();
    QSignalSpy verified(&session(), &Session::verified);
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    EXPECT_EQ(outcomes, std::vector<JobOutcome>(5, JobOutcome::Finished));
    EXPECT_EQ(verified.count(), 1) << "the export was verified, behind what had been asked for by then";
    EXPECT_TRUE(session().proof()->file.endsWith(QStringLiteral("net.onnx")));
    EXPECT_EQ(session().variants().size(), 4u);
}

TEST_F(SessionJobsTest, WhatBringsAnotherDocumentWaitsForNone) {
    open();
    ASSERT_TRUE(session().calibrate());
    EXPECT_FALSE(session().openModel(path("other.pt")));
    EXPECT_THAT(messages.back(), HasSubstr("\"Calibrate and measure\" is still running"));
    EXPECT_FALSE(session().openData({"fashion-mnist:test", {}}));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    ASSERT_TRUE(session().openModel(path("other.pt")));
    EXPECT_FALSE(session().takesJobs());
    EXPECT_FALSE(session().calibrate());
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_THAT(session().variants(), IsEmpty());
}

TEST_F(SessionJobsTest, NothingOfAJobReachesAnotherDocument) {
    start({QStringLiteral("--step-ms"), QStringLiteral("10")});
    open();
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown());
    outcomes.clear();
    session().clear();
    EXPECT_THAT(outcomes, ElementsAre(JobOutcome::Cancelled, JobOutcome::Cancelled));
    EXPECT_FALSE(session().isModified());
    open("other.pt");
    QTest::qWait(300);
    EXPECT_THAT(session().variants(), IsEmpty());
}

TEST_F(SessionJobsTest, OneThatWaitsIsCancelledAloneAndAtOnce) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    ASSERT_TRUE(session().calibrate());
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    ASSERT_TRUE(session().calibrate());
    session().setGlobalPreset(QStringLiteral("x86"));
    ASSERT_TRUE(session().calibrate());
    outcomes.clear();
    session().cancelJob(session().jobs()[1].id);
    ASSERT_TRUE(eventually([this] { return session().jobs().size() == 2; }));
    EXPECT_THAT(outcomes, ElementsAre(JobOutcome::Cancelled));
    EXPECT_TRUE(session().jobs()[0].running) << "the one before goes on";
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    ASSERT_EQ(session().variants().size(), 2u);
    EXPECT_EQ(session().variants()[1]->name, "x86");
    EXPECT_THAT(messages, IsEmpty());
}

TEST_F(SessionJobsTest, ADeathOfTheEngineEndsAllWithOneMessage) {
    start({QStringLiteral("--step-ms"), QStringLiteral("50")});
    open();
    ASSERT_TRUE(session().train());
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(eventually([&] { return session().liveCurve().size() > 2; }));
    outcomes.clear();
    ::kill(static_cast<pid_t>(engine().processId()), SIGKILL);
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    EXPECT_THAT(outcomes, ElementsAre(JobOutcome::Failed, JobOutcome::Failed));
    EXPECT_THAT(messages,
                ElementsAre(AllOf(HasSubstr("\"Train\", \"Calibrate and measure\" were interrupted"),
                                  HasSubstr("A new engine"))));
    open();
    calibrate();
}

TEST_F(SessionJobsTest, ATrainingThatWaitsLeavesTheCurveAloneUntilItRuns) {
    start({QStringLiteral("--step-ms"), QStringLiteral("10")});
    open();
    ASSERT_TRUE(session().train());
    EXPECT_EQ(finish(), JobOutcome::Finished);
    const size_t points = session().liveCurve().size();
    ASSERT_GT(points, 10u);
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(session().train());
    EXPECT_FALSE(session().isTraining());
    EXPECT_EQ(session().liveCurve().size(), points);
    ASSERT_TRUE(eventually([this] { return session().isTraining(); }));
    EXPECT_LT(session().liveCurve().size(), points);
    EXPECT_EQ(finish(), JobOutcome::Finished);
}

TEST_F(SessionJobsTest, ErrorsAreThereBeforeAccuracyAndLatency) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    std::vector<std::vector<std::string>> missing;
    QObject::connect(&session(), &Session::currentVariantChanged,
                     [&] { missing.push_back(session().currentVariant()->missing); });
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown());
    const VariantPtr early = session().currentVariant();
    ASSERT_TRUE(early);
    EXPECT_TRUE(session().isBeingMeasured(early->id));
    EXPECT_TRUE(early->result.layers.front().sqnr_db.has_value());
    EXPECT_FALSE(early->result.variant.latency_ms.has_value());
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_THAT(missing, ElementsAre(ElementsAre("accuracy", "contributions", "latency"),
                                     ElementsAre("contributions", "latency"), IsEmpty()));
    ASSERT_EQ(session().variants().size(), 1u);
    EXPECT_EQ(session().currentVariant()->id, early->id) << "views follow it by its id";
    EXPECT_TRUE(session().currentVariant()->result.variant.latency_ms.has_value());
    EXPECT_FALSE(session().isBeingMeasured(early->id));
}

TEST_F(SessionJobsTest, WhatIsKnownStaysAfterACancelAndTheRestCanBeMeasuredLater) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown());
    session().cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    ASSERT_EQ(session().variants().size(), 1u);
    const VariantPtr part = session().currentVariant();
    EXPECT_FALSE(part->isComplete());
    EXPECT_FALSE(session().isBeingMeasured(part->id));
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    {
        const auto other = reopened(path("p.qsproj"));
        ASSERT_EQ(other->variants().size(), 1u);
        EXPECT_EQ(other->currentVariant()->missing, part->missing);
    }
    ASSERT_TRUE(session().completeVariant(part->id));
    EXPECT_FALSE(session().completeVariant(part->id)) << "once";
    EXPECT_EQ(finish(), JobOutcome::Finished);
    ASSERT_EQ(session().variants().size(), 1u);
    const VariantPtr whole = session().currentVariant();
    EXPECT_TRUE(whole->isComplete());
    EXPECT_EQ(whole->name, part->name);
    EXPECT_NE(whole->id, part->id) << "files of an id are written once";
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    const auto other = reopened(path("p.qsproj"));
    ASSERT_EQ(other->variants().size(), 1u);
    EXPECT_TRUE(other->currentVariant()->isComplete());
    EXPECT_EQ(other->currentVariant()->result.variant.latency_ms, whole->result.variant.latency_ms);
    EXPECT_FALSE(QFile::exists(path("p.files/") + part->id + QStringLiteral(".qsvariant")));
}

TEST_F(SessionJobsTest, WhatIsKnownStaysAfterAFailureAndACrash) {
    open("late-fail.pt");
    ASSERT_TRUE(session().calibrate());
    EXPECT_EQ(finish(), JobOutcome::Failed);
    ASSERT_EQ(session().variants().size(), 1u);
    EXPECT_FALSE(session().currentVariant()->isComplete());
    EXPECT_THAT(messages, ElementsAre(HasSubstr("the job failed on")));
    session().clear();
    messages.clear();
    open("late-crash.pt");
    ASSERT_TRUE(session().calibrate());
    EXPECT_EQ(finish(), JobOutcome::Failed);
    ASSERT_EQ(session().variants().size(), 1u);
    EXPECT_FALSE(session().currentVariant()->isComplete());
    EXPECT_THAT(messages, ElementsAre(HasSubstr("was interrupted")));
}

TEST_F(SessionJobsTest, ACancelledCompletionLeavesTheVariantAsItWas) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown());
    session().cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    const VariantPtr part = session().currentVariant();
    ASSERT_TRUE(session().completeVariant(part->id));
    ASSERT_TRUE(eventually([this] { return session().job().message == QStringLiteral("Measuring"); }));
    EXPECT_TRUE(session().isBeingMeasured(part->id));
    session().cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    EXPECT_EQ(session().variants(), std::vector<VariantPtr>{part});
}

TEST_F(SessionJobsTest, ATrainingWithoutItsWeightsLeavesNoVariant) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    calibrate();
    ASSERT_TRUE(session().train());
    ASSERT_TRUE(untilErrorsAreKnown(2));
    const QString weights = QString::fromStdString(session().currentVariant()->result.recipe.trained_weights);
    EXPECT_TRUE(weights.endsWith(QStringLiteral(".qsw"))) << "where they will be";
    session().cancelJob();
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    EXPECT_FALSE(QFile::exists(weights));
    ASSERT_EQ(session().variants().size(), 1u);
    EXPECT_EQ(currentName(), "onednn");
}

TEST_F(SessionJobsTest, AVariantThatIsRemovedWhileItIsMeasuredStaysAway) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown());
    session().removeVariant(session().currentVariant()->id);
    EXPECT_TRUE(session().job().cancelling);
    EXPECT_EQ(finish(), JobOutcome::Cancelled);
    EXPECT_THAT(session().variants(), IsEmpty());
}

TEST_F(SessionJobsTest, AProjectThatIsSavedMeanwhileHoldsWhatIsDone) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    calibrate();
    const QString done = session().currentVariant()->id;
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown(2));
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    {
        const auto other = reopened(path("p.qsproj"));
        ASSERT_EQ(other->variants().size(), 1u);
        EXPECT_EQ(other->currentVariant()->id, done);
    }
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    EXPECT_TRUE(session().isModified()) << "the new one is not in the file";
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    EXPECT_EQ(reopened(path("p.qsproj"))->variants().size(), 2u);
}

TEST_F(SessionJobsTest, TheChoiceOfAnotherVariantHoldsWhileOneIsMeasured) {
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    open();
    calibrate();
    const QString first = session().currentVariant()->id;
    ASSERT_TRUE(session().calibrate());
    ASSERT_TRUE(untilErrorsAreKnown(2));
    session().setCurrentVariant(first);
    ASSERT_TRUE(eventually([this] { return session().jobs().empty(); }));
    EXPECT_EQ(session().currentVariant()->id, first);
}

}  // namespace
}  // namespace qs::app
