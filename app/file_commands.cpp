#include "app/file_commands.h"

#include <QDir>
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
}

void FileCommands::askForModel() {
    const QString path = QFileDialog::getOpenFileName(
        &window_, tr("Open model"), lastFolder(),
        tr("Models (*.pt *.pth *.ts *.onnx);;TorchScript (*.pt *.pth *.ts);;ONNX (*.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        openModel(path);
    }
}

void FileCommands::openModel(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const bool another = session_.model() && QString::fromStdString(session_.model()->path) != absolute;
    if (another && !maySaveAndLeave()) {
        return;
    }
    opening_ = absolute;
    // What was entered for this model holds until it is entered anew.
    const bool same = session_.model() && !another;
    session_.openModel(absolute, same ? session_.inputs() : std::vector<protocol::TensorInfo>());
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
    const QString absolute = QFileInfo(path).absoluteFilePath();
    reportFile(absolute, session_.load(absolute));
}

void FileCommands::newProject() {
    if (maySaveAndLeave()) {
        session_.clear();
    }
}

bool FileCommands::save() {
    return session_.projectPath().isEmpty() ? saveAs() : saveTo(session_.projectPath());
}

bool FileCommands::saveAs() {
    QString proposal = session_.projectPath();
    if (proposal.isEmpty()) {
        const QString model =
            session_.model() ? QFileInfo(QString::fromStdString(session_.model()->path)).completeBaseName()
                             : tr("untitled");
        proposal = QDir(lastFolder()).filePath(model + QLatin1Char('.') + kProjectSuffix);
    }
    const QString path = QFileDialog::getSaveFileName(&window_, tr("Save project"), proposal,
                                                      tr("Quantoscope projects (*.%1)").arg(kProjectSuffix));
    return !path.isEmpty() && saveTo(path);
}

bool FileCommands::saveTo(const QString& path) {
    return reportFile(path, session_.save(path));
}

bool FileCommands::reportFile(const QString& path, const QString& problem) {
    if (!problem.isEmpty()) {
        messages_.show(MessageBar::Kind::Error, problem);
        return false;
    }
    rememberFolder(path);
    return true;
}

bool FileCommands::maySaveAndLeave() {
    if (!session_.isModified()) {
        return true;
    }
    QMessageBox question(QMessageBox::Question, tr("Unsaved changes"),
                         tr("The project has changes that are not saved. Save them?"),
                         QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window_);
    question.setObjectName(QStringLiteral("unsavedQuestion"));
    question.setDefaultButton(QMessageBox::Save);
    switch (question.exec()) {
        case QMessageBox::Save:
            return save();
        case QMessageBox::Discard:
            return true;
        default:
            return false;
    }
}

}  // namespace qs::app
