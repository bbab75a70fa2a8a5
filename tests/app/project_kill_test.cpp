// A program that is killed while it saves leaves the old project or the new one. QS_KILLS says how often.

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
#include "support/sample_results.h"

namespace qs::app {
namespace {

int kills() {
    const char* wanted = std::getenv("QS_KILLS");
    return wanted ? std::atoi(wanted) : 20;
}

ProjectFile projectNamed(const QString& name) {
    ProjectFile project;
    project.document.model = samples::modelInfo("net.pt");
    for (int i = 0; i < 8; ++i) {
        const QString id = name + QString::number(i);
        project.document.variants.push_back({id, name, {}, samples::variant(samples::recipe())});
    }
    return project;
}

TEST(ProjectKill, LeavesTheOldProjectOrTheNewOne) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("p.qsproj"));
    const ProjectFile first = projectNamed(QStringLiteral("first"));
    const ProjectFile second = projectNamed(QStringLiteral("second"));
    ASSERT_EQ(writeProject(path, first), QString());
    std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution moment(0, 60'000);
    for (int i = 0; i < kills(); ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (;;) {
                writeProject(path, first);
                writeProject(path, second);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
        const int signal = i % 2 == 0 ? SIGKILL : SIGTERM;
        ::kill(child, signal);
        ::waitpid(child, nullptr, 0);
        ProjectFile read;
        ASSERT_EQ(readProject(path, read), QString());
        ASSERT_EQ(read.document.variants.size(), 8U);
        const QString name = read.document.variants[0].name;
        for (const Variant& variant : read.document.variants) {
            EXPECT_EQ(variant.name, name);
        }
    }
}

}  // namespace
}  // namespace qs::app
