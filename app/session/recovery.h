#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QString>
#include <memory>
#include <vector>

#include "app/session/document.h"

namespace qs::app {

/// What a session that did not end well left behind.
struct RecoveryInfo {
    QString folder;       ///< holds it
    QString projectPath;  ///< the project it belongs to; empty if it was never saved
    QDateTime savedAt;
};

/// A session's own folder below `root`, with its recovery file and the weights that are not in a project yet.
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
    /// What went wrong, or empty.
    QString write(const Document& document, const QString& projectPath);
    /// Removes the recovery file; weights stay.
    void removeFile();

    std::vector<RecoveryInfo> others() const;
    /// Reads another session's document, moves its weights here, and removes its folder.
    QString takeOver(const RecoveryInfo& other, Document& document);
    static void discard(const RecoveryInfo& other);

  private:
    bool ensureFolder();
    void sweep() const;

    QString root_;
    QString folder_;
    std::unique_ptr<QLockFile> lock_;
};

}  // namespace qs::app
