#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QString>
#include <memory>
#include <vector>

#include "app/session/project_file.h"

namespace qs::app {

/// What a session that did not end well left behind.
struct RecoveryInfo {
    QString folder;  ///< holds it
    QDateTime savedAt;
};

/// A folder that another session left behind, and that nobody else can take any more.
struct TakenOver {
    QString folder;
    std::unique_ptr<QLockFile> lock;
};

/// A session's own folder below `root`: a project (project_file.h) with the variants and the weights that are
/// not in one of the person's yet.
/// The folder is locked as long as its session lives, which is how others know that it is not left behind; it
/// is made when first needed, and removed at the end of a session that ends well. What a killed session left
/// without a document is removed by the next one.
class RecoveryStore {
  public:
    explicit RecoveryStore(QString root);
    ~RecoveryStore();
    RecoveryStore(const RecoveryStore&) = delete;
    RecoveryStore& operator=(const RecoveryStore&) = delete;

    /// A new file name for trained weights; empty where the folder cannot be made.
    QString newWeightsPath();
    /// The recovery file, in a folder that is there; empty where that cannot be made.
    QString file();
    /// The same, empty where there is no folder yet.
    QString fileIfAny() const;
    /// What went wrong, or empty. Variants that have a file, here or with the project, are not written again.
    /// Any thread may call it.
    static QString write(const QString& file, const Document& document, const QString& projectPath);

    /// What the others that have ended left, newest first.
    std::vector<RecoveryInfo> others() const;
    /// Locks what another session left and reads it. What went wrong, or empty. Any thread may call it.
    static QString takeOver(const RecoveryInfo& other, TakenOver& taken, ProjectFile& project,
                            const ReadProgress& progress = {});
    /// Goes on in the folder that was taken over, in place of the own one, which is removed.
    void adopt(TakenOver taken);
    static void discard(const RecoveryInfo& other);

  private:
    void removeFolder();
    bool ensureFolder();
    void sweep() const;

    QString root_;
    QString folder_;
    std::unique_ptr<QLockFile> lock_;
};

}  // namespace qs::app
