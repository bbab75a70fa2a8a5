// Session: the jobs that it gives to the engine.

#include <QFileInfo>
#include <QPointer>
#include <QUuid>
#include <utility>

#include "app/session/input_hint.h"
#include "app/session/session.h"
#include "protocol/rpc.h"

namespace qs::app {

// ---- the one job

void Session::refuse(const QString& text) {
    emit message(Severity::Warning, text);
}

bool Session::beginJob(const QString& title) {
    if (job_.running) {
        refuse(tr("\"%1\" is still running: wait for it or cancel it first.").arg(job_.title));
        return false;
    }
    ++jobSerial_;
    jobLostEngine_ = false;
    job_ = JobState();
    job_.running = true;
    job_.cancellable = true;
    job_.title = title;
    emit jobChanged();
    return true;
}

void Session::endJob(JobOutcome outcome) {
    const QString title = job_.title;
    ++jobSerial_;
    job_ = JobState();
    request_ = RequestHandle();
    loading_.reset();
    emit jobChanged();
    emit jobFinished(outcome, title);
}

void Session::abandonJob() {
    if (job_.running) {
        request_.cancel();
        if (loading_) {
            *loading_ = true;
        }
        endJob(JobOutcome::Cancelled);
    }
}

void Session::cancelJob() {
    if (job_.running && !job_.cancelling) {
        job_.cancelling = true;
        emit jobChanged();
        request_.cancel();
        if (loading_) {
            *loading_ = true;
        }
    }
}

template <typename T>
Handlers<T> Session::jobHandlers(std::function<void(const T&)> onResult, const Explain& explain) {
    const auto alive = [self = QPointer<Session>(this), serial = jobSerial_] {
        return self && self->jobSerial_ == serial;
    };
    Handlers<T> handlers;
    handlers.onResult = [this, alive, onResult = std::move(onResult)](const T& result) {
        if (alive()) {
            onResult(result);
            endJob(JobOutcome::Finished);
        }
    };
    handlers.onError = [this, alive, explain](const EngineError& error) {
        if (alive()) {
            onJobError(error, explain);
        }
    };
    handlers.onProgress = [this, alive](const protocol::ProgressNote& note) {
        if (alive()) {
            job_.message = QString::fromStdString(note.message);
            job_.done = note.done;
            job_.total = note.total;
            job_.etaSeconds = note.eta_s;
            emit jobChanged();
        }
    };
    handlers.onTraining = [this, alive](const protocol::CurvePoint& point) {
        if (alive()) {
            liveCurve_.push_back(point);
            emit liveCurveChanged();
        }
    };
    return handlers;
}

void Session::onJobError(const EngineError& error, const Explain& explain) {
    if (error.code == protocol::kRequestCancelled) {
        endJob(JobOutcome::Cancelled);
        return;
    }
    const QString title = job_.title;
    // A death of the engine has been told by onEngineDied().
    const bool told = jobLostEngine_;
    endJob(JobOutcome::Failed);
    if (!told && !(explain && explain(error))) {
        emit message(Severity::Error, tr("%1: %2").arg(title, error.message));
    }
}

void Session::onEngineDied(const QString& reason) {
    const bool over = client_.state() == EngineClient::State::Failed;
    const QString outlook =
        over ? tr("It is not started again by itself: mend the cause, then restart the engine.")
             : tr("A new engine is being started; nothing that was finished is lost.");
    QString text = reason + u' ' + outlook;
    if (job_.running) {
        jobLostEngine_ = true;
        text = tr("\"%1\" was interrupted.").arg(job_.title) + u' ' + text;
    }
    emit message(over ? Severity::Error : Severity::Warning, text);
}

// ---- opening

bool Session::openModel(const QString& path, const std::vector<protocol::TensorInfo>& inputs) {
    if (!beginJob(tr("Open %1").arg(QFileInfo(path).fileName()))) {
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
    request_ = api_.openModel(
        params, jobHandlers<protocol::ModelInfo>(
                    [this, inputs](const protocol::ModelInfo& model) { onModelOpened(model, inputs); },
                    askForShapes));
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
    if (!beginJob(tr("Open %1").arg(QString::fromStdString(spec.source)))) {
        return false;
    }
    request_ = api_.openData(
        spec, jobHandlers<protocol::DataInfo>([this, spec, role](const protocol::DataInfo& info) {
            onDataOpened({spec, info}, role);
        }));
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

// ---- measuring, training

bool Session::canMeasure() {
    if (job_.running) {
        refuse(tr("\"%1\" is still running: wait for it or cancel it first.").arg(job_.title));
    } else if (!document_.model) {
        refuse(tr("Open a model first."));
    } else if (!document_.evaluation) {
        refuse(tr("Choose data first: calibration and accuracy need samples."));
    } else {
        return true;
    }
    return false;
}

protocol::Recipe Session::recipe() const {
    const Settings& settings = document_.settings;
    protocol::Recipe recipe;
    recipe.rules = document_.rules.all();
    recipe.calib_samples = settings.calibSamples;
    recipe.eval_samples = settings.evalSamples;
    recipe.batch = settings.batch;
    recipe.threads = settings.threads;
    recipe.latency_runs = settings.latencyRuns;
    recipe.latency_warmup = settings.latencyWarmup;
    recipe.metric = settings.metric;
    recipe.seed = settings.seed;
    recipe.backend = settings.backend;
    return recipe;
}

bool Session::calibrate() {
    return canMeasure() && measure(tr("Calibrate and measure"), recipe());
}

bool Session::measure(const QString& title, const protocol::Recipe& recipe) {
    if (!beginJob(title)) {
        return false;
    }
    protocol::VariantSpec params;
    params.model = document_.model->path;
    params.data = document_.evaluation->spec;
    params.inputs = document_.inputs;
    params.recipe = recipe;
    params.calib_data = calibrationSpec();
    request_ =
        api_.measure(params, jobHandlers<protocol::VariantResult>(
                                 [this](const protocol::VariantResult& result) { addVariant(result); }));
    return true;
}

void Session::addVariant(const protocol::VariantResult& result) {
    QStringList names;
    for (const VariantPtr& variant : document_.variants) {
        names.append(variant->name);
    }
    const QString id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    document_.variants.push_back(
        makeVariant(id, variantName(result.recipe, names), QDateTime::currentDateTimeUtc(), result));
    emit variantsChanged();
    setCurrentVariant(id);
    if (!result.skipped.empty()) {
        emit message(Severity::Warning,
                     tr("%1 samples could not be read and were left out, the first of them %2.")
                         .arg(result.skipped.size())
                         .arg(QString::fromStdString(result.skipped.front())));
    }
    edited();
    autosave();
}

std::optional<protocol::DataSpec> Session::calibrationSpec() const {
    return document_.calibration ? std::optional(document_.calibration->spec) : std::nullopt;
}

protocol::DataSpec Session::trainingSpec() const {
    if (document_.training) {
        return document_.training->spec;
    }
    protocol::DataSpec spec = document_.evaluation->spec;
    if (const std::string& training = document_.evaluation->info.calibration_source; !training.empty()) {
        spec.source = training;
    }
    return spec;
}

bool Session::train() {
    if (!canMeasure()) {
        return false;
    }
    const QString weights = recovery_.newWeightsPath();
    if (weights.isEmpty()) {
        refuse(tr(
            "There is no place for the trained weights: the application's data folder cannot be written."));
        return false;
    }
    if (!beginJob(tr("Train"))) {
        return false;
    }
    protocol::TrainParams params;
    params.variant.model = document_.model->path;
    params.variant.data = trainingSpec();
    params.variant.inputs = document_.inputs;
    params.variant.recipe = recipe();
    params.variant.recipe.qat = document_.settings.qat;
    params.variant.calib_data = calibrationSpec();
    params.validation = document_.evaluation->spec;
    params.weights_path = weights.toStdString();
    if (params.variant.data->source == params.validation->source) {
        emit message(Severity::Warning,
                     tr("Training uses the data on which accuracy is measured: the figure will "
                        "flatter. Open training data of its own for an honest one."));
    }
    liveCurve_.clear();
    emit liveCurveChanged();
    request_ = api_.train(params, jobHandlers<protocol::VariantResult>(
                                      [this](const protocol::VariantResult& result) { addVariant(result); }));
    return true;
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
    if (!beginJob(tr("Export %1").arg(QFileInfo(choice.path).fileName()))) {
        return false;
    }
    protocol::ExportParams params;
    params.variant.model = document_.model->path;
    if (document_.evaluation) {
        params.variant.data = document_.evaluation->spec;
    }
    params.variant.inputs = document_.inputs;
    params.variant.calib_data = calibrationSpec();
    if (choice.fp32) {
        params.variant.recipe = recipe();
        params.variant.recipe.rules = {{"global", {}, "fp32"}};
    } else {
        params.variant.recipe = variant->result.recipe;
    }
    params.path = choice.path.toStdString();
    params.target = choice.target.toStdString();
    params.opset = choice.opset;
    params.preprocessing_inside = choice.preprocessingInside;
    params.replace = choice.replace;
    request_ = api_.exportModel(
        params, jobHandlers<protocol::ExportResult>([this](const protocol::ExportResult& result) {
            emit exported(result);
            emit message(Severity::Info, tr("Exported to %1.").arg(QString::fromStdString(result.path)));
        }));
    return true;
}

bool Session::verify(const QString& file) {
    if (!document_.model) {
        refuse(tr("Open the model first that the file was made from."));
        return false;
    }
    if (!beginJob(tr("Verify %1").arg(QFileInfo(file).fileName()))) {
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
    request_ = api_.verify(
        params, jobHandlers<protocol::VerifyResult>([this, file](const protocol::VerifyResult& result) {
            setProof(Proof{file, result});
            emit verified();
        }));
    return true;
}

void Session::setProof(std::optional<Proof> proof) {
    document_.proof = std::move(proof);
    edited();
    emit proofChanged();
}

}  // namespace qs::app
