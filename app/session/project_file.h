#pragma once

#include <QDateTime>
#include <QString>

#include "app/session/document.h"

namespace qs::app {

inline constexpr int kProjectVersion = 1;

/// A document on disk: one JSON file. Paths of the model and of trained weights that lie in the file's folder
/// or below are kept relative to it, so that the folder can be moved.
struct ProjectFile {
    Document document;
    QString projectPath;  ///< of a recovery file: the project that it belongs to
    QDateTime savedAt;
};

/// Both return what went wrong, as a sentence that names the file, or an empty text.
QString writeProject(const QString& path, const ProjectFile& project);
QString readProject(const QString& path, ProjectFile& project);

/// The folder beside a project file that holds its trained weights: "net.files" for "net.qsproj".
QString weightsFolder(const QString& projectPath);

/// Copies trained weights that lie elsewhere into `folder`, which is made if needed, and points the variants
/// there. Weights that cannot be found here (an engine on another machine has them) stay where they are;
/// their variants' names are added to `missing`. Returns what went wrong, or an empty text.
QString gatherWeights(Document& document, const QString& folder, QStringList& missing);

/// Removes the weights in a project's weightsFolder() that belong to none of its variants any more.
void removeStrayWeights(const Document& document, const QString& folder);

}  // namespace qs::app
