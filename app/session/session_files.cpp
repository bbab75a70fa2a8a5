// Session: the project file and the recovery file.

#include <QDir>
#include <QFileInfo>
#include <utility>

#include "app/session/project_file.h"
#include "app/session/session.h"

namespace qs::app {

void Session::setModified(bool modified) {
    if (modified_ != modified) {
        modified_ = modified;
        emit modifiedChanged(modified);
    }
}

void Session::setProjectPath(const QString& path) {
    if (projectPath_ != path) {
        projectPath_ = path;
        emit projectPathChanged(path);
    }
}

void Session::edited() {
    setModified(true);
    autosaveTimer_.start();
}

void Session::openedFile() {
    const bool fresh = projectPath_.isEmpty() && document_.variants.empty() && document_.inputs.empty() &&
                       document_.rules.overrides.empty() && !document_.calibration && !document_.training;
    if (!fresh || modified_) {
        edited();
    }
}

void Session::autosave() {
    autosaveTimer_.stop();
    if (modified_) {
        if (QString problem = recovery_.write(document_, projectPath_); !problem.isEmpty()) {
            emit message(Severity::Warning, tr("Autosave failed. %1").arg(problem));
        }
    }
}

QString Session::save(const QString& path) {
    const bool complete = path.endsWith(QStringLiteral(".qsproj"), Qt::CaseInsensitive);
    const QString target = QFileInfo(complete ? path : path + QStringLiteral(".qsproj")).absoluteFilePath();
    if (const QDir folder = QFileInfo(target).dir(); !folder.exists()) {
        return tr("The folder %1 does not exist.").arg(folder.path());
    }
    Document saved = document_;
    QStringList missing;
    QString problem = gatherWeights(saved, weightsFolder(target), missing);
    if (problem.isEmpty()) {
        problem = writeProject(target, {saved, {}, QDateTime::currentDateTimeUtc()});
    }
    if (!problem.isEmpty()) {
        return problem;
    }
    document_ = std::move(saved);
    removeStrayWeights(document_, weightsFolder(target));
    if (!missing.isEmpty()) {
        emit message(Severity::Warning,
                     tr("The trained weights of %1 are not on this machine and not in the project.")
                         .arg(missing.join(QStringLiteral(", "))));
    }
    autosaveTimer_.stop();
    recovery_.removeFile();
    setProjectPath(target);
    setModified(false);
    return {};
}

QString Session::load(const QString& path) {
    ProjectFile project;
    if (QString problem = readProject(path, project); !problem.isEmpty()) {
        return problem;
    }
    replaceDocument(std::move(project.document), QFileInfo(path).absoluteFilePath(), false);
    if (document_.model && !QFileInfo::exists(QString::fromStdString(document_.model->path))) {
        emit message(Severity::Warning,
                     tr("The model %1 is not there: results can be looked at, but not measured again.")
                         .arg(QString::fromStdString(document_.model->path)));
    }
    return {};
}

QString Session::loadRecovery(const RecoveryInfo& recovery) {
    Document document;
    if (QString problem = recovery_.takeOver(recovery, document); !problem.isEmpty()) {
        return problem;
    }
    replaceDocument(std::move(document), recovery.projectPath, true);
    return {};
}

std::vector<RecoveryInfo> Session::recoveries() const {
    return recovery_.others();
}

void Session::discardRecovery(const RecoveryInfo& recovery) {
    RecoveryStore::discard(recovery);
}

void Session::clear() {
    replaceDocument({}, {}, false);
}

void Session::replaceDocument(Document document, const QString& projectPath, bool modified) {
    abandonJob();
    autosaveTimer_.stop();
    document_ = std::move(document);
    undoStack_.clear();
    liveCurve_.clear();
    if (!modified) {
        recovery_.removeFile();
    }
    setProjectPath(projectPath);
    setModified(modified);
    emit modelChanged();
    emit dataChanged(DataRole::Evaluation);
    emit dataChanged(DataRole::Training);
    emit dataChanged(DataRole::Calibration);
    emit rulesChanged();
    emit settingsChanged();
    emit variantsChanged();
    emit currentVariantChanged();
    emit selectedLayerChanged(document_.selectedLayer);
    emit proofChanged();
    emit liveCurveChanged();
}

}  // namespace qs::app
