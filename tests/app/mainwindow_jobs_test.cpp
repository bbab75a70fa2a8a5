// Jobs, as the window shows them.

#include <gtest/gtest.h>
#include <signal.h>

#include <QToolButton>

#include "app/mainwindow_fixture.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

class MainWindowJobsTest : public MainWindowFixture {};

TEST_F(MainWindowJobsTest, ARunningJobShowsProgressAndCanBeCancelled) {
    ASSERT_TRUE(openModelAndData(QStringLiteral("hang.pt")));
    action("calibrate")->trigger();
    ASSERT_TRUE(until([this] { return session_->job().total > 0; }));
    auto* cancel = child<QToolButton>("jobCancel");
    EXPECT_TRUE(cancel->isVisible());
    EXPECT_TRUE(action("calibrate")->isEnabled()) << "it would queue";
    EXPECT_FALSE(action("openData")->isEnabled());
    QTest::mouseClick(cancel, Qt::LeftButton);
    EXPECT_FALSE(cancel->isEnabled()) << "asked once";
    ASSERT_TRUE(idle());
    EXPECT_FALSE(cancel->isVisible());
    EXPECT_TRUE(session_->model() != nullptr);
}

TEST_F(MainWindowJobsTest, JobsQueueUpInSightAndOneThatWaitsCanBeCancelled) {
    window_.reset();
    session_.reset();
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    ASSERT_TRUE(openModelAndData());
    action("calibrate")->trigger();
    action("calibrate")->trigger();
    action("calibrate")->trigger();
    auto* waiting = child<QToolButton>("jobsWaiting");
    EXPECT_TRUE(waiting->isVisible());
    EXPECT_EQ(waiting->text(), "+2");
    QTest::mouseClick(waiting, Qt::LeftButton);
    auto* table = child<QTableView>("jobTable");
    ASSERT_TRUE(until([&] { return table->isVisible(); })) << "its panel was brought to the front";
    ASSERT_EQ(table->model()->rowCount(), 3);
    const QString last = QStringLiteral("cancelJob%1").arg(session_->jobs().back().id);
    QTest::mouseClick(window_->findChild<QToolButton*>(last), Qt::LeftButton);
    EXPECT_TRUE(until([&] { return table->model()->rowCount() == 2; }));
    EXPECT_EQ(waiting->text(), "+1");

    // The first one's errors are shown before its accuracy is there.
    const QAbstractItemModel& variants = *child<QTableView>("variantTable")->model();
    ASSERT_TRUE(until([&] { return variants.rowCount() == 1; }));
    EXPECT_EQ(variants.index(0, 3).data().toString(), QStringLiteral("\u2026"));
    EXPECT_NE(cell(QStringLiteral("conv1"), LayerColumnId::Sqnr), QStringLiteral("\u2013"));
    EXPECT_EQ(cell(QStringLiteral("conv1"), LayerColumnId::VariantMs), QStringLiteral("\u2013"));
    ASSERT_TRUE(until([this] { return session_->jobs().empty(); }));
    EXPECT_NE(variants.index(0, 3).data().toString(), QStringLiteral("\u2026"));
    EXPECT_EQ(variants.rowCount(), 2);
    EXPECT_TRUE(waiting->isHidden());
}

TEST_F(MainWindowJobsTest, WhatACancelledMeasurementLeftIsMarkedAndCanBeCompleted) {
    window_.reset();
    session_.reset();
    start({QStringLiteral("--step-ms"), QStringLiteral("60")});
    ASSERT_TRUE(openModelAndData());
    action("calibrate")->trigger();
    ASSERT_TRUE(until([this] { return shownVariants() == 1; }));
    action("cancelJob")->trigger();
    ASSERT_TRUE(idle());
    const QAbstractItemModel& variants = *child<QTableView>("variantTable")->model();
    EXPECT_EQ(variants.index(0, 0).data().toString(), "onednn (incomplete)");
    EXPECT_EQ(variants.index(0, 3).data().toString(), QStringLiteral("\u2013"));
    emit window_->viewState().variantCompletionRequested(session_->currentVariant()->id);
    ASSERT_TRUE(until([this] { return session_->currentVariant()->isComplete(); }) && idle());
    EXPECT_EQ(variants.rowCount(), 1);
    EXPECT_EQ(variants.index(0, 0).data().toString(), "onednn");
}

TEST_F(MainWindowJobsTest, AnEngineThatDiesIsReportedReplacedAndTheSessionGoesOn) {
    ASSERT_TRUE(openModelAndData());
    ASSERT_TRUE(calibrate());
    const qint64 first = client_->processId();
    ASSERT_EQ(::kill(static_cast<pid_t>(first), SIGKILL), 0);
    ASSERT_TRUE(until(
        [&] { return client_->state() == EngineClient::State::Ready && client_->processId() != first; }));
    EXPECT_TRUE(messages().join(QLatin1Char(' ')).contains(QStringLiteral("crashed")))
        << messages().join(QLatin1Char(' ')).toStdString();
    EXPECT_TRUE(messages().join(QLatin1Char(' ')).contains(QStringLiteral("A new engine was started")));
    EXPECT_EQ(shownVariants(), 1);
    action("calibrate")->trigger();
    EXPECT_TRUE(until([this] { return session_->variants().size() == 2; }));
}

}  // namespace
}  // namespace qs::app
