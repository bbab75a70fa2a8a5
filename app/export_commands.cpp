#include "app/export_commands.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QWidget>

#include "app/dialogs/export_dialog.h"
#include "app/last_folder.h"

namespace qs::app {

ExportCommands::ExportCommands(QWidget& window, EngineClient& client, Session& session)
    : QObject(&window), window_(window), client_(client), session_(session) {
    connect(&session_, &Session::exported, this, [](const protocol::ExportResult& result) {
        rememberFolder(QString::fromStdString(result.path));
    });
    connect(&session_, &Session::verified, this, [this] { rememberFolder(session_.proof()->file); });
}

void ExportCommands::askForExport(const QString& target) {
    if (session_.currentVariant()) {
        ask(target, false);
    }
}

void ExportCommands::askForFp32() {
    if (session_.model()) {
        ask({}, true);
    }
}

void ExportCommands::ask(const QString& target, bool fp32) {
    if (client_.engineInfo().targets.empty()) {
        return;
    }
    const QString model = QFileInfo(QString::fromStdString(session_.model()->path)).completeBaseName();
    ExportStart start;
    start.what = fp32 ? tr("FP32") : QStringLiteral("\"%1\"").arg(session_.currentVariant()->name);
    start.target = target;
    start.path =
        QDir(lastFolder()).filePath(model + (fp32 ? QStringLiteral("_fp32") : QStringLiteral("_int8")));
    start.hasData = session_.data(DataRole::Evaluation).has_value();
    start.fp32 = fp32;
    auto* dialog = new ExportDialog(client_.engineInfo().targets, start, &window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { session_.exportTo(dialog->choice()); });
    dialog->open();
}

void ExportCommands::askForFileToVerify() {
    const QString path =
        QFileDialog::getOpenFileName(&window_, tr("Verify file"), lastFolder(),
                                     tr("Exported models (*.pt *.pth *.ts *.ptl *.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        session_.verify(path);
    }
}

}  // namespace qs::app
