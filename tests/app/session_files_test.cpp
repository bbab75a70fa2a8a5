#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <nlohmann/json.hpp>

#include "app/session/project_file.h"
#include "app/session/recovery.h"
#include "app/session/session.h"
#include "app/session_fixture.h"
#include "protocol/json.h"

namespace qs::app {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class SessionFilesTest : public SessionFixture {
  protected:
    QStringList recoveryFiles() const {
        QStringList found;
        QDirIterator files(recoveryRoot(), {QStringLiteral("recovery.qsproj")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            found.append(files.next());
        }
        return found;
    }

    /// Leaves the recovery folder as a program leaves it that was killed: nobody holds its lock.
    void pretendItWasKilled() {
        const QStringList files = recoveryFiles();
        ASSERT_EQ(files.size(), 1);
        const QDir from = QFileInfo(files.front()).dir();
        const QDir to(QDir(recoveryRoot()).filePath(QStringLiteral("killed")));
        ASSERT_TRUE(to.mkpath(QStringLiteral("weights")));
        QDirIterator all(from.path(), QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext()) {
            const QString relative = from.relativeFilePath(all.next());
            if (relative != QStringLiteral("lock")) {
                ASSERT_TRUE(QFile::copy(all.filePath(), to.filePath(relative)));
            }
        }
    }

    void makeFullSession() {
        open();
        calibrate();
        session().restoreWorst(2);
        finish();
        session().train();
        finish();
        session().setSelectedLayer(QStringLiteral("conv1"));
        session().setCurrentVariant(session().variants()[1].id);
    }

    void expectFullSession(Session& other) {
        EXPECT_EQ(json(*other.model()), json(*session().model()));
        EXPECT_EQ(other.data(DataRole::Evaluation)->info.samples, 10'000);
        EXPECT_EQ(other.rules(), session().rules());
        ASSERT_EQ(other.variants().size(), 3u);
        for (size_t i = 0; i < 3; ++i) {
            protocol::VariantResult here = session().variants()[i].result;
            protocol::VariantResult there = other.variants()[i].result;
            here.recipe.trained_weights.clear();
            there.recipe.trained_weights.clear();
            EXPECT_EQ(json(there), json(here));
        }
        EXPECT_EQ(other.currentVariant()->id, session().currentVariant()->id);
        EXPECT_EQ(other.selectedLayer(), session().selectedLayer());
        EXPECT_TRUE(QFile::exists(QString::fromStdString(other.variants()[2].result.recipe.trained_weights)));
    }
};

TEST_F(SessionFilesTest, SaveAndLoad) {
    makeFullSession();
    QSignalSpy modified(&session(), &Session::modifiedChanged);
    ASSERT_EQ(session().save(path("p")), QString());
    EXPECT_EQ(session().projectPath(), path("p.qsproj"));
    EXPECT_FALSE(session().isModified());
    EXPECT_EQ(modified.count(), 1);
    EXPECT_EQ(recoveryFiles(), QStringList()) << "there is nothing to recover";
    EXPECT_TRUE(QFile::exists(path("p.files/") + session().variants()[2].id + QStringLiteral(".qsw")));
    EXPECT_THAT(session().variants()[2].result.recipe.trained_weights, HasSubstr("p.files/"));

    const auto other = makeSession();
    ASSERT_EQ(other->load(path("p.qsproj")), QString());
    expectFullSession(*other);
    EXPECT_FALSE(other->isModified());
    EXPECT_EQ(other->projectPath(), path("p.qsproj"));
}

TEST_F(SessionFilesTest, WeightsOfRemovedVariantsLeaveTheProject) {
    makeFullSession();
    ASSERT_EQ(session().save(path("p.qsproj")), QString());
    const QDir weights(path("p.files"));
    EXPECT_EQ(weights.entryList(QDir::Files).size(), 1);
    session().removeVariant(session().variants()[2].id);
    EXPECT_EQ(weights.entryList(QDir::Files).size(), 1) << "until the project is saved";
    ASSERT_EQ(session().save(path("p.qsproj")), QString());
    EXPECT_EQ(weights.entryList(QDir::Files).size(), 0);
}

TEST_F(SessionFilesTest, ALoadedSessionGoesOn) {
    makeFullSession();
    ASSERT_EQ(session().save(path("p.qsproj")), QString());
    session().clear();
    EXPECT_FALSE(session().model());
    ASSERT_EQ(session().load(path("p.qsproj")), QString());
    ASSERT_TRUE(session().restoreWorst(1));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_EQ(session().variants().size(), 4u);
    EXPECT_TRUE(session().isModified());
}

TEST_F(SessionFilesTest, AModelThatIsGoneIsPointedOut) {
    makeFullSession();
    ASSERT_EQ(session().save(path("p.qsproj")), QString());
    messages.clear();
    ASSERT_EQ(session().load(path("p.qsproj")), QString());
    ASSERT_EQ(messages.size(), 1u) << "the fake engine needs no file, so there is none";
    EXPECT_THAT(messages[0], HasSubstr("net.pt is not there"));
}

TEST_F(SessionFilesTest, AFailedSaveOrLoadChangesNothing) {
    makeFullSession();
    EXPECT_NE(session().save(path("no/such/folder/p.qsproj")), QString());
    EXPECT_TRUE(session().isModified());
    EXPECT_EQ(session().projectPath(), QString());
    EXPECT_NE(session().load(path("none.qsproj")), QString());
    EXPECT_EQ(session().variants().size(), 3u);
}

TEST_F(SessionFilesTest, LoadingWhileAJobRunsDropsItsResult) {
    makeFullSession();
    ASSERT_EQ(session().save(path("p.qsproj")), QString());
    ASSERT_TRUE(session().calibrate());
    ASSERT_EQ(session().load(path("p.qsproj")), QString());
    EXPECT_FALSE(session().job().running);
    EXPECT_TRUE(eventually([&] { return engine().pendingCount() == 0; }));
    EXPECT_EQ(session().variants().size(), 3u);
}

TEST_F(SessionFilesTest, EditsAndResultsAreAutosaved) {
    open();
    calibrate();
    ASSERT_EQ(recoveryFiles().size(), 1) << "at once after a job";
    ProjectFile saved;
    ASSERT_EQ(readProject(recoveryFiles().front(), saved), QString());
    EXPECT_EQ(saved.document.variants.size(), 1u);
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    EXPECT_TRUE(eventually([&] {
        return readProject(recoveryFiles().front(), saved).isEmpty() &&
               saved.document.rules.preset == "qnnpack";
    }));
}

TEST_F(SessionFilesTest, AKilledSessionIsRecovered) {
    makeFullSession();
    session().setSettings(session().settings());
    ASSERT_TRUE(eventually([&] {
        ProjectFile saved;
        return readProject(recoveryFiles().front(), saved).isEmpty() &&
               saved.document.currentVariant == session().currentVariant()->id;
    }));
    pretendItWasKilled();

    const auto next = makeSession();
    const std::vector<RecoveryInfo> found = next->recoveries();
    ASSERT_EQ(found.size(), 1u) << "the session that lives is not up for recovery";
    EXPECT_TRUE(found[0].savedAt.isValid());
    ASSERT_EQ(next->loadRecovery(found[0]), QString());
    expectFullSession(*next);
    EXPECT_TRUE(next->isModified());
    EXPECT_TRUE(next->recoveries().empty()) << "taken over";
    EXPECT_FALSE(QFileInfo::exists(found[0].folder));
    EXPECT_EQ(recoveryFiles().size(), 2) << "it is safe again";
    EXPECT_NE(next->loadRecovery(found[0]), QString()) << "not twice";
}

TEST_F(SessionFilesTest, AFolderWithoutADocumentThatAKilledSessionLeftIsRemoved) {
    const QDir root(recoveryRoot());
    ASSERT_TRUE(root.mkpath(QStringLiteral("killed/weights")));
    ASSERT_TRUE(root.mkpath(QStringLiteral("beginning/weights")));
    const timespec longAgo[2] = {{1, 0}, {1, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, qPrintable(root.filePath(QStringLiteral("killed"))), longAgo, 0), 0);
    const RecoveryStore next(recoveryRoot());
    EXPECT_FALSE(root.exists(QStringLiteral("killed")));
    EXPECT_TRUE(root.exists(QStringLiteral("beginning")));
}

TEST_F(SessionFilesTest, ARecoveryCanBeDiscarded) {
    open();
    calibrate();
    pretendItWasKilled();
    ASSERT_EQ(session().recoveries().size(), 1u);
    session().discardRecovery(session().recoveries()[0]);
    EXPECT_TRUE(session().recoveries().empty());
}

TEST_F(SessionFilesTest, ASessionThatEndsWellLeavesNothing) {
    open();
    session().train();
    finish();
    EXPECT_EQ(recoveryFiles().size(), 1);
    start();
    EXPECT_EQ(recoveryFiles(), QStringList());
    EXPECT_TRUE(QDir(recoveryRoot()).isEmpty());
}

}  // namespace
}  // namespace qs::app
