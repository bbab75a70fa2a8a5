#include "app/session/recovery.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "app/session/project_file.h"

namespace qs::app {

namespace {

constexpr int kSecondsToLock = 60;

struct RecoveryText {
    Q_DECLARE_TR_FUNCTIONS(Recovery)
};

QString recoveryFile(const QString& folder) {
    return QDir(folder).filePath(QStringLiteral("recovery.qsproj"));
}
QString weightsOf(const QString& folder) {
    return QDir(folder).filePath(QStringLiteral("weights"));
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
    if (lock_) {
        lock_->unlock();
        QDir(folder_).removeRecursively();
    }
}

void RecoveryStore::sweep() const {
    // One that is younger may be another session's, which has not locked it yet.
    const QDateTime settled = QDateTime::currentDateTime().addSecs(-kSecondsToLock);
    for (const QFileInfo& entry : QDir(root_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = entry.absoluteFilePath();
        if (!QFileInfo::exists(recoveryFile(folder)) && entry.lastModified() < settled) {
            discard({folder, {}, {}});
        }
    }
}

bool RecoveryStore::ensureFolder() {
    if (lock_) {
        return true;
    }
    folder_ = QDir(root_).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces));
    if (!QDir().mkpath(weightsOf(folder_))) {
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
    return QDir(weightsOf(folder_))
        .filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".qsw"));
}

QString RecoveryStore::write(const Document& document, const QString& projectPath) {
    if (!ensureFolder()) {
        return RecoveryText::tr("The folder %1 cannot be made.").arg(folder_);
    }
    return writeProject(recoveryFile(folder_), {document, projectPath, QDateTime::currentDateTimeUtc()});
}

void RecoveryStore::removeFile() {
    if (lock_) {
        QFile::remove(recoveryFile(folder_));
    }
}

std::vector<RecoveryInfo> RecoveryStore::others() const {
    std::vector<RecoveryInfo> found;
    for (const QFileInfo& entry : QDir(root_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = entry.absoluteFilePath();
        ProjectFile project;
        // The lock is given back at once: taking over and discarding take it again.
        if (!lockOf(folder)->tryLock(0) || !readProject(recoveryFile(folder), project).isEmpty()) {
            continue;
        }
        found.push_back({folder, project.projectPath, project.savedAt});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.savedAt > b.savedAt; });
    return found;
}

QString RecoveryStore::takeOver(const RecoveryInfo& other, Document& document) {
    const auto lock = lockOf(other.folder);
    if (!lock->tryLock(0)) {
        return RecoveryText::tr("Another window has already taken over this session.");
    }
    ProjectFile project;
    if (QString problem = readProject(recoveryFile(other.folder), project); !problem.isEmpty()) {
        return problem;
    }
    QStringList missing;
    if (!ensureFolder()) {
        return RecoveryText::tr("The folder %1 cannot be made.").arg(folder_);
    }
    QString problem = gatherWeights(project.document, weightsOf(folder_), missing);
    if (problem.isEmpty()) {
        problem = write(project.document, project.projectPath);
    }
    if (problem.isEmpty()) {
        lock->unlock();
        QDir(other.folder).removeRecursively();
        document = std::move(project.document);
    }
    return problem;
}

void RecoveryStore::discard(const RecoveryInfo& other) {
    const auto lock = lockOf(other.folder);
    if (lock->tryLock(0)) {
        lock->unlock();
        QDir(other.folder).removeRecursively();
    }
}

}  // namespace qs::app
