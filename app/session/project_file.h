#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>
#include <functional>

#include "app/session/document.h"

namespace qs::app {

inline constexpr int kProjectVersion = 2;

/// A document on disk: a JSON file, and beside it a folder with a file for each of its variants and their
/// trained weights (variant_file.h), which is written once. Paths of what lies in the project file's folder
/// or below are kept relative to it, so that the folder can be moved. Version 1 had the variants in the
/// project file.
struct ProjectFile {
    Document document;
    QString projectPath;  ///< of a recovery file: the project that it belongs to
    QDateTime savedAt;
    QStringList problems = {};  ///< of variants that could not be read: a sentence each
};

/// How many variants have been read of how many; false ends the reading.
using ReadProgress = std::function<bool(size_t done, size_t total)>;

/// All return what went wrong, as a sentence that names the file, or an empty text. Any thread may call them.

/// Writes the project and what has no file yet of its variants: in its filesFolder(), unless the folder
/// `alsoIn` has it.
QString writeProject(const QString& path, const ProjectFile& project, const QString& alsoIn = {});
/// A variant that cannot be read costs that variant alone: see ProjectFile::problems.
QString readProject(const QString& path, ProjectFile& project, const ReadProgress& progress = {});

/// Writes a project that stands on its own: with the trained weights in its filesFolder(), where the
/// document's variants then have them. Names of variants whose weights are not on this machine are added to
/// `missing`. What belongs to no variant any more stays: see removeStrayFiles().
QString saveProject(const QString& path, ProjectFile& project, QStringList& missing);

}  // namespace qs::app
