// Session: the project file and the recovery file. What is queued runs on another thread: it has copies of
// all it needs.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <utility>

#include "app/session/project_file.h"
#include "app/session/session.h"
#include "app/session/variant_file.h"

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
    ++revision_;
    setModified(true);
    autosaveTimer_.start();
}

void Session::openedFile() {
    const bool fresh = projectPath_.isEmpty() && document_.variants.empty() && document_.inputs.empty() &&
                       document_.rules.all().size() == document_.rules.countOf("global") &&
                       !document_.calibration && !document_.training;
    if (!fresh || modified_) {
        edited();
    }
}

// ---- the recovery file

void Session::autosave() {
    autosaveTimer_.stop();
    if (!modified_) {
        return;
    }
    if (autosaving_) {
        autosaveAgain_ = true;
        return;
    }
    const QString file = recovery_.file();
    if (file.isEmpty()) {
        onAutosaved(tr("The application's data folder cannot be written."));
        return;
    }
    autosaving_ = true;
    files_.run([this, file, document = settledDocument(), project = projectPath_] {
        const QString problem = RecoveryStore::write(file, document, project);
        return [this, problem] { onAutosaved(problem); };
    });
}

void Session::onAutosaved(const QString& problem) {
    autosaving_ = false;
    if (!problem.isEmpty()) {
        emit message(Severity::Warning, tr("Autosave failed. %1").arg(problem));
    }
    if (std::exchange(autosaveAgain_, false)) {
        autosave();
    }
}

void Session::removeRecoveryFile() {
    autosaveTimer_.stop();
    autosaveAgain_ = false;
    if (const QString file = recovery_.fileIfAny(); !file.isEmpty()) {
        files_.run([file] {
            QFile::remove(file);
            return FileQueue::Finish();
        });
    }
}

// ---- saving

void Session::save(const QString& path) {
    const bool complete = path.endsWith(QStringLiteral(".qsproj"), Qt::CaseInsensitive);
    const QString target = QFileInfo(complete ? path : path + QStringLiteral(".qsproj")).absoluteFilePath();
    if (++saves_ == 1) {
        emit savingChanged(true);
    }
    files_.run([this, target, document = settledDocument(), serial = documentSerial_, revision = revision_,
                recovery = recovery_.fileIfAny()]() -> FileQueue::Finish {
        ProjectFile project{document, {}, QDateTime::currentDateTimeUtc()};
        QStringList missing;
        const QDir folder = QFileInfo(target).dir();
        const QString problem = folder.exists() ? saveProject(target, project, missing)
                                                : tr("The folder %1 does not exist.").arg(folder.path());
        if (!problem.isEmpty()) {
            return [this, target, problem] {
                emit savingChanged(--saves_ > 0);
                emit saveFailed(target, problem);
            };
        }
        // In this order: a recovery file may name what is a stray file now.
        if (!recovery.isEmpty()) {
            QFile::remove(recovery);
        }
        removeStrayFiles(project.document, filesFolder(target));
        return [this, target, serial, revision, project = std::move(project), missing] {
            emit savingChanged(--saves_ > 0);
            onSaved(target, serial, revision, project, missing);
        };
    });
}

void Session::onSaved(const QString& path, int document, int revision, const ProjectFile& project,
                      const QStringList& missing) {
    if (document == documentSerial_) {
        takeOverWeights(project.document);
        setProjectPath(path);
        if (revision == revision_) {
            autosaveTimer_.stop();
            setModified(false);
        } else {
            autosave();
        }
    }
    if (!missing.isEmpty()) {
        emit message(Severity::Warning,
                     tr("The trained weights of %1 are not on this machine and not in the project.")
                         .arg(missing.join(QStringLiteral(", "))));
    }
    emit saved(path);
}

/// Variants whose weights saving has copied into the project have them there from now on.
void Session::takeOverWeights(const Document& saved) {
    bool moved = false;
    for (VariantPtr& variant : document_.variants) {
        const auto same = [&](const VariantPtr& other) { return other->id == variant->id; };
        const auto found = variant->isTrained()
                               ? std::find_if(saved.variants.begin(), saved.variants.end(), same)
                               : saved.variants.end();
        if (found != saved.variants.end() && *found != variant) {
            variant = *found;
            moved = true;
        }
    }
    if (moved) {
        emit variantsChanged();
    }
}

// ---- opening

bool Session::beginLoading(const QString& title,
                           std::function<QString(ProjectFile&, const ReadProgress&)> read,
                           std::function<void(ProjectFile&)> take) {
    const int64_t job = beginJob(title, JobKind::Alone);
    if (job == 0) {
        return false;
    }
    loading_ = std::make_shared<std::atomic<bool>>(false);
    jobs_.stopWith([stop = loading_] { *stop = true; });
    files_.run(
        [this, read = std::move(read), take = std::move(take), job, stop = loading_]() -> FileQueue::Finish {
            const ReadProgress progress = [this, job, stop](size_t done, size_t total) {
                QMetaObject::invokeMethod(this, [this, job, done, total] {
                    jobs_.setProgress(job, {}, static_cast<int64_t>(done), static_cast<int64_t>(total), -1);
                });
                return !*stop;
            };
            const auto project = std::make_shared<ProjectFile>();
            const QString problem = read(*project, progress);
            return [this, job, stop, problem, project, take] {
                if (!jobs_.contains(job)) {
                    return;
                }
                if (!problem.isEmpty()) {
                    jobs_.end(job, *stop ? JobOutcome::Cancelled : JobOutcome::Failed);
                    if (!*stop) {
                        emit message(Severity::Error, problem);
                    }
                    return;
                }
                take(*project);
                for (const QString& lost : project->problems) {
                    emit message(Severity::Warning, lost);
                }
                jobs_.end(job, JobOutcome::Finished);
            };
        });
    return true;
}

bool Session::load(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const auto read = [absolute](ProjectFile& project, const ReadProgress& progress) {
        return readProject(absolute, project, progress);
    };
    return beginLoading(
        tr("Open %1").arg(QFileInfo(path).fileName()), read, [this, absolute](ProjectFile& project) {
            replaceDocument(std::move(project.document), absolute, false);
            if (document_.model && !QFileInfo::exists(QString::fromStdString(document_.model->path))) {
                emit message(
                    Severity::Warning,
                    tr("The model %1 is not there: results can be looked at, but not measured again.")
                        .arg(QString::fromStdString(document_.model->path)));
            }
            emit loaded(absolute);
        });
}

bool Session::loadRecovery(const RecoveryInfo& recovery) {
    const auto taken = std::make_shared<TakenOver>();
    const auto read = [recovery, taken](ProjectFile& project, const ReadProgress& progress) {
        return RecoveryStore::takeOver(recovery, *taken, project, progress);
    };
    return beginLoading(tr("Recover"), read, [this, taken](ProjectFile& project) {
        recovery_.adopt(std::move(*taken));
        replaceDocument(std::move(project.document), project.projectPath, true);
        autosave();
    });
}

std::vector<RecoveryInfo> Session::recoveries() const {
    return recovery_.others();
}

void Session::discardRecovery(const RecoveryInfo& recovery) {
    RecoveryStore::discard(recovery);
}

void Session::clear() {
    measuring_.clear();
    jobs_.abandon();
    replaceDocument({}, {}, false);
}

void Session::replaceDocument(Document document, const QString& projectPath, bool modified) {
    autosaveTimer_.stop();
    Document former = std::exchange(document_, std::move(document));
    ++documentSerial_;
    undoStack_.clear();
    liveCurve_.clear();
    if (!modified) {
        removeRecoveryFile();
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
    letGo(std::move(former));
}

/// Freeing hundreds of variants takes a while, too.
void Session::letGo(Document former) {
    files_.run([former = std::move(former)] { return FileQueue::Finish(); });
}

}  // namespace qs::app
