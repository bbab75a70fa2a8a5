#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QImage>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "widgets/jobs/jobs_panel.h"

namespace qs {
namespace {

using namespace std::chrono_literals;

JobRow running(qint64 id, const char* title) {
    JobRow job;
    job.id = id;
    job.title = QLatin1String(title);
    job.running = true;
    job.startedAt = JobRow::Clock::now() - 65s;
    return job;
}

JobRow waiting(qint64 id, const char* title) {
    JobRow job;
    job.id = id;
    job.title = QLatin1String(title);
    return job;
}

QString jobCell(const JobTableModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

TEST(JobTableModelTest, FollowsTheQueueRowByRow) {
    ViewState state;
    JobTableModel model(state);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    state.setJobs({running(1, "Train"), waiting(2, "Export"), waiting(3, "Verify")});
    ASSERT_EQ(model.rowCount(), 3);
    EXPECT_EQ(jobCell(model, 0, JobTableModel::ProgressColumn), QString());
    EXPECT_EQ(jobCell(model, 1, JobTableModel::ProgressColumn), "waiting");
    EXPECT_EQ(jobCell(model, 0, JobTableModel::TimeColumn), "1 min 5 s");
    EXPECT_EQ(jobCell(model, 1, JobTableModel::TimeColumn), QString());
    EXPECT_EQ(model.index(0, 0).data(JobTableModel::ProgressRole), -1) << "not known yet";
    EXPECT_FALSE(model.index(1, 0).data(JobTableModel::ProgressRole).isValid());

    JobRow train = running(1, "Train");
    train.message = QStringLiteral("epoch 1");
    train.done = 1;
    train.total = 4;
    train.etaSeconds = 30;
    state.setJobs({train, waiting(2, "Export"), waiting(3, "Verify")});
    EXPECT_EQ(model.index(0, 0).data(JobTableModel::ProgressRole), 250);
    EXPECT_EQ(jobCell(model, 0, JobTableModel::ProgressColumn), "epoch 1");
    EXPECT_EQ(jobCell(model, 0, JobTableModel::TimeColumn), "1 min 5 s, 30 s left");

    // One in the middle goes, another comes.
    state.setJobs({train, waiting(3, "Verify"), waiting(4, "Calibrate")});
    EXPECT_EQ(jobCell(model, 1, JobTableModel::TitleColumn), "Verify");
    EXPECT_EQ(jobCell(model, 2, JobTableModel::TitleColumn), "Calibrate");
    JobRow stopping = running(3, "Verify");
    stopping.cancelling = true;
    state.setJobs({stopping, waiting(4, "Calibrate")});
    EXPECT_EQ(jobCell(model, 0, JobTableModel::ProgressColumn), "stopping");
    EXPECT_FALSE(model.index(0, 0).data(JobTableModel::CancellableRole).toBool());
    state.setJobs({});
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_EQ(resets.count(), 0) << "what is chosen stays chosen";
}

TEST(JobTableModelTest, TheTimeGoesOnWithoutNews) {
    ViewState state;
    JobTableModel model(state);
    state.setJobs({running(1, "Train")});
    const QString before = jobCell(model, 0, JobTableModel::TimeColumn);
    QString shown = before;
    QObject::connect(&model, &QAbstractItemModel::dataChanged,
                     [&] { shown = jobCell(model, 0, JobTableModel::TimeColumn); });
    EXPECT_TRUE(QTest::qWaitFor([&] { return shown != before; }, 4000));
}

class JobsPanelTest : public testing::Test {
  protected:
    JobsPanelTest() {
        panel_.resize(700, 200);
        panel_.show();
        EXPECT_TRUE(QTest::qWaitForWindowActive(&panel_));
    }
    QToolButton* button(int id) {
        return panel_.findChild<QToolButton*>(QStringLiteral("cancelJob%1").arg(id));
    }

    ViewState state_;
    JobsPanel panel_{state_};
};

TEST_F(JobsPanelTest, EachJobHasAButtonThatStopsIt) {
    EXPECT_TRUE(panel_.findChild<QLabel*>(QStringLiteral("jobsEmpty"))->isVisible());
    state_.setJobs({running(1, "Train"), waiting(2, "Export")});
    EXPECT_FALSE(panel_.findChild<QLabel*>(QStringLiteral("jobsEmpty"))->isVisible());
    QSignalSpy asked(&state_, &ViewState::jobCancelRequested);
    QTest::mouseClick(button(2), Qt::LeftButton);
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].toLongLong(), 2);
    state_.setJobs({running(2, "Export")});
    EXPECT_EQ(panel_.table().indexWidget(panel_.table().model()->index(0, JobTableModel::CancelColumn)),
              button(2))
        << "it moves with its row";
    JobRow stopping = running(2, "Export");
    stopping.cancelling = true;
    state_.setJobs({stopping});
    EXPECT_FALSE(button(2)->isEnabled());
    state_.setJobs({});
    EXPECT_TRUE(panel_.findChild<QLabel*>(QStringLiteral("jobsEmpty"))->isVisible());
}

TEST_F(JobsPanelTest, TheDeleteKeyStopsTheChosenOne) {
    state_.setJobs({running(1, "Train"), waiting(2, "Export")});
    QSignalSpy asked(&state_, &ViewState::jobCancelRequested);
    panel_.table().setFocus();
    panel_.table().selectRow(0);
    QTest::keyClick(&panel_.table(), Qt::Key_Down);
    QTest::keyClick(&panel_.table(), Qt::Key_Delete);
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].toLongLong(), 2);
}

TEST_F(JobsPanelTest, AsksToBeSeenWhereSomebodyWantsToSeeTheJobs) {
    QSignalSpy asked(&state_, &ViewState::panelRequested);
    emit state_.jobsRequested();
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].value<QWidget*>(), &panel_);
}

TEST_F(JobsPanelTest, TheBarIsDrawnAsFarAsTheJobIs) {
    const auto barAt = [this](int64_t done) {
        JobRow job = running(1, "Train");
        job.done = done;
        job.total = 100;
        state_.setJobs({job});
        const QRect cell =
            panel_.table().visualRect(panel_.table().model()->index(0, JobTableModel::ProgressColumn));
        return panel_.table().viewport()->grab(cell).toImage();
    };
    EXPECT_NE(barAt(10), barAt(90));
}

}  // namespace
}  // namespace qs
