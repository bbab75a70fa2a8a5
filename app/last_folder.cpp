#include "app/last_folder.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

namespace qs::app {
namespace {
const QString kLastFolder = QStringLiteral("lastFolder");
}

QString lastFolder() {
    return QSettings().value(kLastFolder, QDir::homePath()).toString();
}

void rememberFolder(const QString& path) {
    QSettings().setValue(kLastFolder, QFileInfo(path).absolutePath());
}

}  // namespace qs::app
