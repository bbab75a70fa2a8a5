#pragma once

#include <QString>

namespace qs::app {

/// The folder of the file that was last opened or written with success; the person's own at first.
QString lastFolder();
/// Makes the folder of `path` the last one.
void rememberFolder(const QString& path);

}  // namespace qs::app
