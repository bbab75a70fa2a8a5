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

#include "app/files.h"
#include "app/session/project_file.h"
#include "app/session/recovery.h"
#include "app/session/session.h"
#include "app/session/variant_file.h"
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
        ASSERT_TRUE(to.mkpath(QStringLiteral("recovery.files")));
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
        session().setCurrentVariant(session().variants()[1]->id);
    }

    void expectFullSession(Session& other) {
        EXPECT_EQ(json(*other.model()), json(*session().model()));
        EXPECT_EQ(other.data(DataRole::Evaluation)->info.samples, 10'000);
        EXPECT_EQ(other.rules(), session().rules());
        ASSERT_EQ(other.variants().size(), 3u);
        for (size_t i = 0; i < 3; ++i) {
            protocol::VariantResult here = session().variants()[i]->result;
            protocol::VariantResult there = other.variants()[i]->result;
            here.recipe.trained_weights.clear();
            there.recipe.trained_weights.clear();
            EXPECT_EQ(json(there), json(here));
        }
        EXPECT_EQ(other.currentVariant()->id, session().currentVariant()->id);
        EXPECT_EQ(other.selectedLayer(), session().selectedLayer());
        EXPECT_TRUE(
            QFile::exists(QString::fromStdString(other.variants()[2]->result.recipe.trained_weights)));
    }
};

TEST_F(SessionFilesTest, SaveAndLoad) {
    makeFullSession();
    QSignalSpy modified(&session(), &Session::modifiedChanged);
    ASSERT_EQ(saveTo(session(), path("p")), QString());
    EXPECT_EQ(session().projectPath(), path("p.qsproj"));
    EXPECT_FALSE(session().isModified());
    EXPECT_EQ(modified.count(), 1);
    EXPECT_EQ(recoveryFiles(), QStringList()) << "there is nothing to recover";
    EXPECT_TRUE(QFile::exists(path("p.files/") + session().variants()[2]->id + QStringLiteral(".qsw")));
    EXPECT_THAT(session().variants()[2]->result.recipe.trained_weights, HasSubstr("p.files/"));

    const auto other = makeSession();
    ASSERT_EQ(loadFrom(*other, path("p.qsproj")), QString());
    expectFullSession(*other);
    EXPECT_FALSE(other->isModified());
    EXPECT_EQ(other->projectPath(), path("p.qsproj"));
}

TEST_F(SessionFilesTest, FilesOfRemovedVariantsLeaveTheProject) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    const QDir files(path("p.files"));
    EXPECT_EQ(files.entryList(QDir::Files).size(), 4) << "three variants, and the weights of one";
    session().removeVariant(session().variants()[2]->id);
    EXPECT_EQ(files.entryList(QDir::Files).size(), 4) << "until the project is saved";
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    EXPECT_EQ(files.entryList(QDir::Files).size(), 2);
}

TEST_F(SessionFilesTest, SavingAgainWritesOnlyWhatIsNew) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    const QString first = variantFile(path("p.files"), session().variants()[0]->id);
    const QDateTime written = QFileInfo(first).lastModified();
    calibrate();
    ASSERT_TRUE(eventually([&] { return recoveryFiles().size() == 1; }));
    const QDir autosaved(filesFolder(recoveryFiles().front()));
    EXPECT_FALSE(autosaved.exists(QFileInfo(first).fileName()) &&
                 QFileInfo(autosaved.filePath(QFileInfo(first).fileName())).lastModified() > written)
        << "the project has it";
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    EXPECT_EQ(QFileInfo(first).lastModified(), written);
    EXPECT_EQ(QDir(path("p.files")).entryList({QStringLiteral("*.qsvariant")}).size(), 4);
    EXPECT_EQ(recoveryFiles(), QStringList());
}

TEST_F(SessionFilesTest, AProjectUnderAnotherNameStandsOnItsOwn) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    ASSERT_EQ(saveTo(session(), path("q.qsproj")), QString());
    ASSERT_TRUE(QDir(path("p.files")).removeRecursively());
    const auto other = makeSession();
    ASSERT_EQ(loadFrom(*other, path("q.qsproj")), QString());
    expectFullSession(*other);
}

TEST_F(SessionFilesTest, WhatChangesWhileSavingStaysUnsaved) {
    makeFullSession();
    session().save(path("p.qsproj"));
    EXPECT_TRUE(session().isSaving());
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    ASSERT_TRUE(eventually([&] { return !session().isSaving(); }));
    EXPECT_EQ(session().projectPath(), path("p.qsproj"));
    EXPECT_TRUE(session().isModified());
    EXPECT_TRUE(eventually([&] { return recoveryFiles().size() == 1; }));
    const auto other = makeSession();
    ASSERT_EQ(loadFrom(*other, path("p.qsproj")), QString());
    EXPECT_EQ(other->rules().global().preset, "onednn") << "as it was when saving began";
}

TEST_F(SessionFilesTest, AVariantThatCannotBeReadIsSaid) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    ASSERT_TRUE(QFile::remove(variantFile(path("p.files"), session().variants()[1]->id)));
    messages.clear();
    ASSERT_EQ(loadFrom(session(), path("p.qsproj")), QString());
    EXPECT_EQ(session().variants().size(), 2u);
    EXPECT_TRUE(session().currentVariant()) << "the one that was current is lost";
    EXPECT_THAT(messages, testing::Contains(HasSubstr("\"onednn, 2 layers FP32\" cannot be shown")));
}

TEST_F(SessionFilesTest, OpeningCanBeCancelled) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    messages.clear();
    ASSERT_TRUE(session().load(path("p.qsproj")));
    EXPECT_TRUE(session().isLoading());
    session().cancelJob();
    const JobOutcome outcome = finish();
    // It may have been read already.
    EXPECT_NE(outcome, JobOutcome::Failed);
    EXPECT_EQ(session().variants().size(), 3u);
    EXPECT_THAT(messages, testing::Each(HasSubstr("net.pt is not there")));
}

TEST_F(SessionFilesTest, ALoadedSessionGoesOn) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    session().clear();
    EXPECT_FALSE(session().model());
    ASSERT_EQ(loadFrom(session(), path("p.qsproj")), QString());
    ASSERT_TRUE(session().restoreWorst(1));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_EQ(session().variants().size(), 4u);
    EXPECT_TRUE(session().isModified());
}

TEST_F(SessionFilesTest, AModelThatIsGoneIsPointedOut) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    messages.clear();
    ASSERT_EQ(loadFrom(session(), path("p.qsproj")), QString());
    ASSERT_EQ(messages.size(), 1u) << "the fake engine needs no file, so there is none";
    EXPECT_THAT(messages[0], HasSubstr("net.pt is not there"));
}

TEST_F(SessionFilesTest, AFailedSaveOrLoadChangesNothing) {
    makeFullSession();
    EXPECT_NE(saveTo(session(), path("no/such/folder/p.qsproj")), QString());
    EXPECT_TRUE(session().isModified());
    EXPECT_EQ(session().projectPath(), QString());
    EXPECT_NE(loadFrom(session(), path("none.qsproj")), QString());
    EXPECT_EQ(session().variants().size(), 3u);
}

TEST_F(SessionFilesTest, OpeningAProjectWaitsForTheJobThatRuns) {
    makeFullSession();
    ASSERT_EQ(saveTo(session(), path("p.qsproj")), QString());
    ASSERT_TRUE(session().calibrate());
    EXPECT_FALSE(session().load(path("p.qsproj")));
    EXPECT_THAT(messages.back(), HasSubstr("still running"));
    EXPECT_EQ(finish(), JobOutcome::Finished);
    EXPECT_EQ(session().variants().size(), 4u);
}

TEST_F(SessionFilesTest, EditsAndResultsAreAutosaved) {
    open();
    calibrate();
    ProjectFile saved;
    ASSERT_TRUE(eventually([&] {
        return recoveryFiles().size() == 1 && readProject(recoveryFiles().front(), saved).isEmpty() &&
               saved.document.variants.size() == 1;
    })) << "at once after a job";
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    EXPECT_TRUE(eventually([&] {
        return readProject(recoveryFiles().front(), saved).isEmpty() &&
               saved.document.rules.global().preset == "qnnpack";
    }));
}

TEST_F(SessionFilesTest, AKilledSessionIsRecovered) {
    makeFullSession();
    session().setSettings(session().settings());
    ASSERT_TRUE(eventually([&] {
        ProjectFile saved;
        return readProject(recoveryFiles().value(0), saved).isEmpty() &&
               saved.document.variants.size() == 3 &&
               saved.document.currentVariant == session().currentVariant()->id;
    }));
    pretendItWasKilled();

    const auto next = makeSession();
    const std::vector<RecoveryInfo> found = next->recoveries();
    ASSERT_EQ(found.size(), 1u) << "the session that lives is not up for recovery";
    EXPECT_TRUE(found[0].savedAt.isValid());
    ASSERT_EQ(recover(*next, found[0]), QString());
    expectFullSession(*next);
    EXPECT_TRUE(next->isModified());
    EXPECT_TRUE(session().recoveries().empty()) << "taken over";
    EXPECT_EQ(recoveryFiles().size(), 2) << "it is as safe as before";
    EXPECT_NE(recover(session(), found[0]), QString()) << "not twice";
}

TEST_F(SessionFilesTest, ARecoveryOfVersion1GoesOnWhereItLies) {
    const QDir root(recoveryRoot());
    ASSERT_TRUE(root.mkpath(QStringLiteral("killed/weights")));
    const QString projects = QStringLiteral(QS_SOURCE_DIR "/tests/app/projects/");
    ASSERT_TRUE(QFile::copy(projects + QStringLiteral("version1.qsproj"),
                            root.filePath(QStringLiteral("killed/recovery.qsproj"))));
    ASSERT_EQ(session().recoveries().size(), 1u);
    ASSERT_EQ(recover(session(), session().recoveries()[0]), QString());
    EXPECT_EQ(session().variants().size(), 2u);
    EXPECT_TRUE(eventually([&] {
        return QDir(root.filePath(QStringLiteral("killed/recovery.files"))).entryList(QDir::Files).size() ==
               2;
    })) << "each in a file of its own from now on";
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
    ASSERT_TRUE(eventually([&] { return recoveryFiles().size() == 1; }));
    pretendItWasKilled();
    ASSERT_EQ(session().recoveries().size(), 1u);
    session().discardRecovery(session().recoveries()[0]);
    EXPECT_TRUE(session().recoveries().empty());
}

TEST_F(SessionFilesTest, ASessionThatEndsWellLeavesNothing) {
    open();
    session().train();
    finish();
    EXPECT_TRUE(eventually([&] { return recoveryFiles().size() == 1; }));
    start();
    EXPECT_EQ(recoveryFiles(), QStringList());
    EXPECT_TRUE(QDir(recoveryRoot()).isEmpty());
}

}  // namespace
}  // namespace qs::app
