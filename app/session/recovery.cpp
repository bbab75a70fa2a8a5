#include "app/session/recovery.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "app/session/variant_file.h"

namespace qs::app {

namespace {

constexpr int kSecondsToLock = 60;

struct RecoveryText {
    Q_DECLARE_TR_FUNCTIONS(Recovery)
};

QString recoveryFile(const QString& folder) {
    return QDir(folder).filePath(QStringLiteral("recovery.qsproj"));
}

/// A lock that is held as long as its process lives, however long that is.
std::unique_ptr<QLockFile> lockOf(const QString& folder) {
    auto lock = std::make_unique<QLockFile>(QDir(folder).filePath(QStringLiteral("lock")));
    lock->setStaleLockTime(0);
    return lock;
}

QString defaultRoot() {
    return QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation))
        .filePath(QStringLiteral("recovery"));
}

}  // namespace

RecoveryStore::RecoveryStore(QString root) : root_(root.isEmpty() ? defaultRoot() : std::move(root)) {
    sweep();
}

RecoveryStore::~RecoveryStore() {
    removeFolder();
}

void RecoveryStore::removeFolder() {
    if (lock_) {
        lock_->unlock();
        lock_.reset();
        QDir(folder_).removeRecursively();
    }
}

void RecoveryStore::sweep() const {
    // One that is younger may be another session's, which has not locked it yet.
    const QDateTime settled = QDateTime::currentDateTime().addSecs(-kSecondsToLock);
    for (const QFileInfo& entry : QDir(root_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = entry.absoluteFilePath();
        if (!QFileInfo::exists(recoveryFile(folder)) && entry.lastModified() < settled) {
            discard({folder, {}});
        }
    }
}

bool RecoveryStore::ensureFolder() {
    if (lock_) {
        return true;
    }
    folder_ = QDir(root_).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces));
    if (!QDir().mkpath(filesFolder(recoveryFile(folder_)))) {
        return false;
    }
    auto lock = lockOf(folder_);
    if (!lock->tryLock(0)) {
        return false;
    }
    lock_ = std::move(lock);
    return true;
}

QString RecoveryStore::newWeightsPath() {
    if (!ensureFolder()) {
        return {};
    }
    return QDir(filesFolder(recoveryFile(folder_)))
        .filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".qsw"));
}

QString RecoveryStore::file() {
    return ensureFolder() ? recoveryFile(folder_) : QString();
}

QString RecoveryStore::fileIfAny() const {
    return lock_ ? recoveryFile(folder_) : QString();
}

QString RecoveryStore::write(const QString& file, const Document& document, const QString& projectPath) {
    return writeProject(file, {document, projectPath, QDateTime::currentDateTimeUtc()},
                        projectPath.isEmpty() ? QString() : filesFolder(projectPath));
}

std::vector<RecoveryInfo> RecoveryStore::others() const {
    std::vector<RecoveryInfo> found;
    for (const QFileInfo& entry : QDir(root_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QFileInfo file(recoveryFile(entry.absoluteFilePath()));
        // The lock is given back at once: taking over and discarding take it again.
        if (file.exists() && lockOf(entry.absoluteFilePath())->tryLock(0)) {
            found.push_back({entry.absoluteFilePath(), file.lastModified()});
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.savedAt > b.savedAt; });
    return found;
}

QString RecoveryStore::takeOver(const RecoveryInfo& other, TakenOver& taken, ProjectFile& project,
                                const ReadProgress& progress) {
    auto lock = lockOf(other.folder);
    if (!lock->tryLock(0)) {
        return RecoveryText::tr("Another window has already taken over this session.");
    }
    QString problem = readProject(recoveryFile(other.folder), project, progress);
    if (problem.isEmpty()) {
        taken = {other.folder, std::move(lock)};
    }
    return problem;
}

void RecoveryStore::adopt(TakenOver taken) {
    removeFolder();
    folder_ = std::move(taken.folder);
    lock_ = std::move(taken.lock);
}

void RecoveryStore::discard(const RecoveryInfo& other) {
    const auto lock = lockOf(other.folder);
    if (lock->tryLock(0)) {
        lock->unlock();
        QDir(other.folder).removeRecursively();
    }
}

}  // namespace qs::app
