#include "app/samples.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace qs::app {

QString sampleModelPath() {
    const QDir programs(QCoreApplication::applicationDirPath());
    for (const char* folder : {"../share/quantoscope/samples", "../../../resources/samples"}) {
        const QFileInfo model(
            programs.filePath(QLatin1String(folder) + QStringLiteral("/fashion_resnet.pt")));
        if (model.isFile()) {
            return model.canonicalFilePath();
        }
    }
    return {};
}

}  // namespace qs::app
