// Session: the jobs that it gives to the engine.

#include <QFileInfo>
#include <QPointer>
#include <algorithm>
#include <utility>

#include "app/session/input_hint.h"
#include "app/session/session.h"
#include "protocol/rpc.h"

namespace qs::app {

// ---- the queue of jobs

void Session::refuse(const QString& text) {
    emit message(Severity::Warning, text);
}

int64_t Session::beginJob(const QString& title, JobKind kind, std::function<void(int64_t job)> onStart) {
    if (!jobs_.takes(kind)) {
        refuse(tr("\"%1\" is still running: wait for it or cancel it first.").arg(job().title));
        return 0;
    }
    return jobs_.add(title, kind, std::move(onStart));
}

void Session::setRequest(RequestHandle request) {
    jobs_.stopWith([request]() mutable { request.cancel(); });
}

template <typename T>
Handlers<T> Session::jobHandlers(int64_t job, std::function<void(const T&)> onResult,
                                 const Explain& explain) {
    const auto alive = [self = QPointer<Session>(this), job] { return self && self->jobs_.contains(job); };
    Handlers<T> handlers;
    handlers.onResult = [this, job, alive, onResult = std::move(onResult)](const T& result) {
        if (alive()) {
            onResult(result);
            jobs_.end(job, JobOutcome::Finished);
        }
    };
    handlers.onError = [this, job, alive, explain](const EngineError& error) {
        if (alive()) {
            onJobError(job, error, explain);
        }
    };
    handlers.onProgress = [this, job, alive](const protocol::ProgressNote& note) {
        if (alive()) {
            jobs_.setProgress(job, QString::fromStdString(note.message), note.done, note.total, note.eta_s);
        }
    };
    return handlers;
}

template Handlers<protocol::VariantResult> Session::jobHandlers(
    int64_t job, std::function<void(const protocol::VariantResult&)> onResult, const Explain& explain);

void Session::onJobError(int64_t job, const EngineError& error, const Explain& explain) {
    // A death of the engine has been told by onEngineDied().
    const bool told = interrupted_.erase(job) > 0;
    if (error.code == protocol::kRequestCancelled) {
        jobs_.end(job, JobOutcome::Cancelled);
        return;
    }
    const auto& all = jobs();
    const QString title =
        std::find_if(all.begin(), all.end(), [job](const JobState& state) { return state.id == job; })->title;
    jobs_.end(job, JobOutcome::Failed);
    if (!told && !(explain && explain(error))) {
        emit message(Severity::Error, tr("%1: %2").arg(title, error.message));
    }
}

void Session::onJobEnded(JobOutcome outcome, const QString& title, int64_t job) {
    loading_.reset();
    if (const auto node = measuring_.extract(job)) {
        // It did not come to its end: what is known stays, but for weights that nobody has written.
        const Measuring& measuring = node.mapped();
        if (!measuring.weights.isEmpty()) {
            removeVariant(measuring.variant);
        } else if (!measuring.variant.isEmpty() && !measuring.unwanted) {
            emit variantsChanged();
            if (!measuring.completes) {
                edited();
                autosave();
            }
        }
    }
    emit jobFinished(outcome, title, job);
}

void Session::onEngineDied(const QString& reason) {
    const bool over = client_.state() == EngineClient::State::Failed;
    const QString outlook =
        over ? tr("It is not started again by itself: mend the cause, then restart the engine.")
             : tr("A new engine is being started; nothing that was finished is lost.");
    QString text = reason + u' ' + outlook;
    if (!jobs().empty() && !isLoading()) {
        QStringList titles;
        for (const JobState& state : jobs()) {
            interrupted_.insert(state.id);
            titles << tr("\"%1\"").arg(state.title);
        }
        text = (titles.size() == 1 ? tr("\"%1\" was interrupted.").arg(job().title)
                                   : tr("%1 were interrupted.").arg(titles.join(QStringLiteral(", ")))) +
               u' ' + text;
    }
    emit message(over ? Severity::Error : Severity::Warning, text);
}

// ---- opening

bool Session::openModel(const QString& path, const std::vector<protocol::TensorInfo>& inputs) {
    const int64_t job = beginJob(tr("Open %1").arg(QFileInfo(path).fileName()), JobKind::Alone);
    if (job == 0) {
        return false;
    }
    protocol::OpenModelParams params;
    params.model = path.toStdString();
    params.inputs = inputs;
    if (document_.evaluation) {
        params.data = document_.evaluation->spec;
    }
    const Explain askForShapes = [this, path, inputs](const EngineError& error) {
        const auto hint = inputHint(error.data);
        if (hint) {
            emit inputShapesNeeded(path, withHint(inputs, *hint));
        }
        // A guess may also have failed for another reason, which is to be read.
        return hint && !hint->name.empty();
    };
    setRequest(api_.openModel(
        params, jobHandlers<protocol::ModelInfo>(
                    job, [this, inputs](const protocol::ModelInfo& model) { onModelOpened(model, inputs); },
                    askForShapes)));
    return true;
}

void Session::onModelOpened(const protocol::ModelInfo& model,
                            const std::vector<protocol::TensorInfo>& inputs) {
    const bool another = document_.model && document_.model->path != model.path;
    if (another) {
        Document fresh;
        fresh.evaluation = document_.evaluation;
        fresh.training = document_.training;
        fresh.calibration = document_.calibration;
        fresh.settings = document_.settings;
        fresh.rules.setGlobal(document_.rules.global());
        letGo(std::exchange(document_, std::move(fresh)));
        ++documentSerial_;
        undoStack_.clear();
        liveCurve_.clear();
        emit proofChanged();
        setProjectPath({});
        setModified(false);
    }
    document_.model = std::make_shared<const protocol::ModelInfo>(model);
    document_.inputs = inputs;
    emit modelChanged();
    if (another) {
        emit rulesChanged();
        emit variantsChanged();
        emit currentVariantChanged();
        emit selectedLayerChanged({});
        emit liveCurveChanged();
    }
    openedFile();
}

bool Session::openData(const protocol::DataSpec& spec, DataRole role) {
    const int64_t job = beginJob(tr("Open %1").arg(QString::fromStdString(spec.source)), JobKind::Alone);
    if (job == 0) {
        return false;
    }
    setRequest(api_.openData(
        spec, jobHandlers<protocol::DataInfo>(job, [this, spec, role](const protocol::DataInfo& info) {
            onDataOpened({spec, info}, role);
        })));
    return true;
}

void Session::onDataOpened(const OpenedData& opened, DataRole role) {
    (role == DataRole::Evaluation ? document_.evaluation
     : role == DataRole::Training ? document_.training
                                  : document_.calibration) = opened;
    emit dataChanged(role);
    if (!opened.info.note.empty()) {
        emit message(Severity::Info, QString::fromStdString(opened.info.note));
    }
    openedFile();
}

// ---- exporting, verifying

bool Session::exportTo(const ExportChoice& choice) {
    const VariantPtr variant = currentVariant();
    if (!document_.model) {
        refuse(tr("Open a model first."));
        return false;
    }
    if (!choice.fp32 && !variant) {
        refuse(tr("Calibrate first: there is no variant to export."));
        return false;
    }
    const int64_t job = beginJob(tr("Export %1").arg(QFileInfo(choice.path).fileName()), JobKind::Queued);
    if (job == 0) {
        return false;
    }
    protocol::ExportParams params;
    params.variant = variantSpec(choice.fp32 ? recipe() : variant->result.recipe);
    if (choice.fp32) {
        params.variant.recipe.rules = {{"global", {}, "fp32"}};
    }
    params.path = choice.path.toStdString();
    params.target = choice.target.toStdString();
    params.opset = choice.opset;
    params.preprocessing_inside = choice.preprocessingInside;
    params.replace = choice.replace;
    const auto onResult = [this, verifies = choice.verify](const protocol::ExportResult& result) {
        emit exported(result);
        emit message(Severity::Info, tr("Exported to %1.").arg(QString::fromStdString(result.path)));
        if (verifies) {
            verify(QString::fromStdString(result.files.empty() ? result.path : result.files.front()));
        }
    };
    setRequest(api_.exportModel(params, jobHandlers<protocol::ExportResult>(job, onResult)));
    return true;
}

bool Session::verify(const QString& file) {
    if (!document_.model) {
        refuse(tr("Open the model first that the file was made from."));
        return false;
    }
    const int64_t job = beginJob(tr("Verify %1").arg(QFileInfo(file).fileName()), JobKind::Queued);
    if (job == 0) {
        return false;
    }
    protocol::VerifyParams params;
    params.file = file.toStdString();
    params.model = document_.model->path;
    if (document_.evaluation) {
        params.data = document_.evaluation->spec;
    }
    params.inputs = document_.inputs;
    params.samples = document_.settings.evalSamples;
    setRequest(api_.verify(
        params, jobHandlers<protocol::VerifyResult>(job, [this, file](const protocol::VerifyResult& result) {
            setProof(Proof{file, result});
            emit verified();
        })));
    return true;
}

void Session::setProof(std::optional<Proof> proof) {
    document_.proof = std::move(proof);
    edited();
    emit proofChanged();
}

}  // namespace qs::app
