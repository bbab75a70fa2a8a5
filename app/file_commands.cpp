#include "app/file_commands.h"

#include <QDir>
#include <QEventLoop>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QWidget>

#include "app/last_folder.h"
#include "widgets/common/message_bar.h"

namespace qs::app {
namespace {

const QString kProjectSuffix = QStringLiteral("qsproj");

}  // namespace

FileCommands::FileCommands(QWidget& window, Session& session, MessageBar& messages)
    : QObject(&window), window_(window), session_(session), messages_(messages) {
    connect(&session_, &Session::modelChanged, this, [this] {
        if (session_.model() && QString::fromStdString(session_.model()->path) == opening_) {
            rememberFolder(opening_);
        }
    });
    connect(&session_, &Session::saved, this, [](const QString& path) { rememberFolder(path); });
    connect(&session_, &Session::loaded, this, [](const QString& path) { rememberFolder(path); });
    connect(&session_, &Session::saveFailed, this, [this](const QString&, const QString& problem) {
        messages_.show(MessageBar::Kind::Error, problem);
    });
}

void FileCommands::askForModel() {
    const QString path = QFileDialog::getOpenFileName(
        &window_, tr("Open model"), lastFolder(),
        tr("Models (*.pt *.pth *.ts *.onnx);;TorchScript (*.pt *.pth *.ts);;ONNX (*.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        openModel(path);
    }
}

bool FileCommands::openModel(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const bool another = session_.model() && QString::fromStdString(session_.model()->path) != absolute;
    if (another && !maySaveAndLeave()) {
        return false;
    }
    opening_ = absolute;
    // What was entered for this model holds until it is entered anew.
    const bool same = session_.model() && !another;
    return session_.openModel(absolute, same ? session_.inputs() : std::vector<protocol::TensorInfo>());
}

void FileCommands::askForProject() {
    const QString path = QFileDialog::getOpenFileName(&window_, tr("Open project"), lastFolder(),
                                                      tr("Quantoscope projects (*.%1)").arg(kProjectSuffix));
    if (!path.isEmpty()) {
        openProject(path);
    }
}

void FileCommands::openProject(const QString& path) {
    if (!maySaveAndLeave()) {
        return;
    }
    session_.load(path);
}

void FileCommands::newProject() {
    if (maySaveAndLeave()) {
        session_.clear();
    }
}

QString FileCommands::savePath() const {
    return session_.projectPath().isEmpty() ? askForSavePath() : session_.projectPath();
}

QString FileCommands::askForSavePath() const {
    QString proposal = session_.projectPath();
    if (proposal.isEmpty()) {
        const QString model =
            session_.model() ? QFileInfo(QString::fromStdString(session_.model()->path)).completeBaseName()
                             : tr("untitled");
        proposal = QDir(lastFolder()).filePath(model + QLatin1Char('.') + kProjectSuffix);
    }
    return QFileDialog::getSaveFileName(&window_, tr("Save project"), proposal,
                                        tr("Quantoscope projects (*.%1)").arg(kProjectSuffix));
}

void FileCommands::save() {
    if (const QString path = savePath(); !path.isEmpty()) {
        session_.save(path);
    }
}

void FileCommands::saveAs() {
    if (const QString path = askForSavePath(); !path.isEmpty()) {
        session_.save(path);
    }
}

bool FileCommands::saveAndWait(const QString& path) {
    bool well = false;
    QEventLoop untilSaved;
    connect(&session_, &Session::saved, &untilSaved, [&] { well = true; });
    connect(&session_, &Session::savingChanged, &untilSaved, [&](bool saving) {
        if (!saving) {
            // After this signal comes the one that says how it went.
            QMetaObject::invokeMethod(&untilSaved, &QEventLoop::quit, Qt::QueuedConnection);
        }
    });
    if (!path.isEmpty()) {
        session_.save(path);
    }
    if (session_.isSaving()) {
        untilSaved.exec(QEventLoop::ExcludeUserInputEvents);
    }
    return well;
}

bool FileCommands::maySaveAndLeave() {
    if (session_.isSaving()) {
        saveAndWait({});
    }
    if (!session_.isModified()) {
        return true;
    }
    QMessageBox question(QMessageBox::Question, tr("Unsaved changes"),
                         tr("The project has changes that are not saved. Save them?"),
                         QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window_);
    question.setObjectName(QStringLiteral("unsavedQuestion"));
    question.setDefaultButton(QMessageBox::Save);
    switch (question.exec()) {
        case QMessageBox::Save: {
            const QString path = savePath();
            return !path.isEmpty() && saveAndWait(path);
        }
        case QMessageBox::Discard:
            return true;
        default:
            return false;
    }
}

}  // namespace qs::app
