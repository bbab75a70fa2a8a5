// A program that is killed while it saves leaves the old project or the new one, and its recovery has what
// was finished. QS_KILLS says how often.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QTemporaryDir>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "app/session/project_file.h"
#include "app/session/recovery.h"
#include "app/session/variant_file.h"
#include "support/sample_results.h"
#include "support/shared.h"

namespace qs::app {
namespace {

int kills() {
    const char* wanted = std::getenv("QS_KILLS");
    return wanted ? std::atoi(wanted) : 20;
}

ProjectFile projectNamed(const QString& name) {
    ProjectFile project;
    project.document.model = samples::share(samples::modelInfo("net.pt"));
    for (int i = 0; i < 8; ++i) {
        const QString id = name + QString::number(i);
        project.document.variants.push_back(makeVariant(id, name, {}, samples::variant(samples::recipe())));
    }
    return project;
}

/// As a session does it.
void save(const QString& path, ProjectFile project) {
    QStringList missing;
    if (saveProject(path, project, missing).isEmpty()) {
        removeStrayFiles(project.document, filesFolder(path));
    }
}

/// Starts `work` in a process of its own and kills it at a moment within the milliseconds given.
template <typename Work>
void killAmid(int round, int milliseconds, const Work& work) {
    static std::mt19937 random(std::random_device{}());
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    std::uniform_int_distribution moment(0, milliseconds * 1000);
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    ::kill(child, round % 2 == 0 ? SIGKILL : SIGTERM);
    ::waitpid(child, nullptr, 0);
}

TEST(ProjectKill, LeavesTheOldProjectOrTheNewOne) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("p.qsproj"));
    const ProjectFile first = projectNamed(QStringLiteral("first"));
    const ProjectFile second = projectNamed(QStringLiteral("second"));
    save(path, first);
    for (int i = 0; i < kills(); ++i) {
        killAmid(i, 60, [&] {
            for (;;) {
                save(path, first);
                save(path, second);
            }
        });
        ProjectFile read;
        ASSERT_EQ(readProject(path, read), QString());
        ASSERT_EQ(read.document.variants.size(), 8U) << read.problems.join(u' ').toStdString();
        const QString name = read.document.variants[0]->name;
        for (const VariantPtr& variant : read.document.variants) {
            EXPECT_EQ(variant->name, name);
        }
    }
}

TEST(RecoveryKill, LosesNothingThatWasFinished) {
    const QTemporaryDir root;
    const std::vector<VariantPtr> variants = projectNamed(QStringLiteral("v")).document.variants;
    for (int i = 0; i < kills(); ++i) {
        int finished[2];
        ASSERT_EQ(::pipe(finished), 0);
        killAmid(i, 40, [&] {
            RecoveryStore store(root.path());
            Document document;
            for (const VariantPtr& variant : variants) {
                document.variants.push_back(variant);
                if (RecoveryStore::write(store.file(), document, {}).isEmpty() &&
                    ::write(finished[1], "+", 1) != 1) {
                    return;
                }
            }
            ::pause();
        });
        ::close(finished[1]);
        char marks[16];
        const auto count = static_cast<size_t>(::read(finished[0], marks, sizeof marks));
        ::close(finished[0]);

        const RecoveryStore next(root.path());
        const std::vector<RecoveryInfo> found = next.others();
        ASSERT_EQ(found.size(), count > 0 ? 1U : found.size());
        for (const RecoveryInfo& recovery : found) {
            TakenOver taken;
            ProjectFile read;
            ASSERT_EQ(RecoveryStore::takeOver(recovery, taken, read), QString());
            EXPECT_TRUE(read.problems.isEmpty()) << read.problems.join(u' ').toStdString();
            EXPECT_GE(read.document.variants.size(), count);
        }
        ASSERT_TRUE(QDir(root.path()).removeRecursively());
        ASSERT_TRUE(QDir().mkpath(root.path()));
    }
}

}  // namespace
}  // namespace qs::app
