// Session: variants, measured and trained.

#include <QPointer>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "app/session/session.h"

namespace qs::app {

namespace {

QString newId() {
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

}  // namespace

bool Session::canMeasure() {
    if (!takesJobs()) {
        refuse(tr("\"%1\" is still running: wait for it or cancel it first.").arg(job().title));
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
    recipe.algorithms = settings.algorithms;
    return recipe;
}

protocol::VariantSpec Session::variantSpec(const protocol::Recipe& recipe) const {
    protocol::VariantSpec spec;
    const protocol::OpenModelParams model = openParams();
    spec.model = model.model;
    spec.data = model.data;
    spec.inputs = model.inputs;
    spec.recipe = recipe;
    spec.calib_data = calibrationSpec();
    return spec;
}

bool Session::calibrate() {
    return canMeasure() && measure(tr("Calibrate and measure"), recipe());
}

bool Session::completeVariant(const QString& id) {
    const VariantPtr variant = findVariant(id);
    if (!variant || variant->isComplete() || isBeingMeasured(id) || !canMeasure()) {
        return false;
    }
    return measure(tr("Measure %1").arg(variant->name), variant->result.recipe, id);
}

bool Session::measure(const QString& title, const protocol::Recipe& recipe, const QString& completes) {
    const int64_t job = beginJob(title, JobKind::Queued);
    if (job == 0) {
        return false;
    }
    setRequest(api_.measure(variantSpec(recipe), variantHandlers(job, {completes, !completes.isEmpty()})));
    return true;
}

// ---- what a measurement tells

Handlers<protocol::VariantResult> Session::variantHandlers(int64_t job, Measuring measuring) {
    const bool completes = measuring.completes;
    measuring_.insert_or_assign(job, std::move(measuring));
    auto handlers = jobHandlers<protocol::VariantResult>(
        job, [this, job](const protocol::VariantResult& result) { takeResult(job, result); });
    const auto alive = [self = QPointer<Session>(this), job] { return self && self->jobs_.contains(job); };
    handlers.onPartial = [this, job, alive](const std::string& part, const protocol::VariantResult& soFar) {
        if (alive()) {
            takePart(job, part, soFar);
        }
    };
    handlers.onTraining = [this, alive](const protocol::CurvePoint& point) {
        if (alive()) {
            liveCurve_.push_back(point);
            emit liveCurveChanged();
        }
    };
    if (completes) {
        emit variantsChanged();
    }
    return handlers;
}

void Session::takePart(int64_t job, const std::string& part, const protocol::VariantResult& soFar) {
    Measuring& measuring = measuring_.at(job);
    auto missing = partsAfter(part);
    if (!missing || measuring.completes || measuring.unwanted) {
        return;
    }
    protocol::VariantResult known = soFar;
    if (!measuring.weights.isEmpty()) {
        known.recipe.trained_weights = measuring.weights.toStdString();
    }
    if (measuring.variant.isEmpty()) {
        measuring.variant = addVariant(known, std::move(*missing));
        // Only now is it known to be measured.
        emit variantsChanged();
    } else if (const VariantPtr former = findVariant(measuring.variant)) {
        replaceVariant(former->id, makeVariant(former->id, former->name, former->createdAt, std::move(known),
                                               std::move(*missing)));
    }
}

void Session::takeResult(int64_t job, const protocol::VariantResult& result) {
    const Measuring measuring = measuring_.extract(job).mapped();
    if (measuring.unwanted) {
        return;
    }
    if (const VariantPtr former = findVariant(measuring.variant)) {
        const QString id = measuring.completes ? newId() : former->id;
        replaceVariant(former->id, makeVariant(id, former->name, former->createdAt, result));
    } else {
        addVariant(result, {});
    }
    if (!result.skipped.empty()) {
        emit message(Severity::Warning,
                     tr("%1 samples could not be read and were left out, the first of them %2.")
                         .arg(result.skipped.size())
                         .arg(QString::fromStdString(result.skipped.front())));
    }
    edited();
    autosave();
}

QString Session::addVariant(const protocol::VariantResult& result, std::vector<std::string> missing) {
    QStringList names;
    for (const VariantPtr& variant : document_.variants) {
        names.append(variant->name);
    }
    const QString id = newId();
    document_.variants.push_back(makeVariant(id, variantName(result.recipe, names),
                                             QDateTime::currentDateTimeUtc(), result, std::move(missing)));
    document_.currentVariant = id;
    emit variantsChanged();
    emit currentVariantChanged();
    return id;
}

void Session::replaceVariant(const QString& id, const VariantPtr& by) {
    const bool isCurrent = document_.currentVariant == id;
    for (VariantPtr& variant : document_.variants) {
        if (variant->id == id) {
            variant = by;
            break;
        }
    }
    if (isCurrent) {
        document_.currentVariant = by->id;
    }
    emit variantsChanged();
    if (isCurrent) {
        emit currentVariantChanged();
    }
}

bool Session::isBeingMeasured(const QString& variantId) const {
    return std::any_of(measuring_.begin(), measuring_.end(),
                       [&](const auto& entry) { return entry.second.variant == variantId; });
}

Document Session::settledDocument() const {
    Document document = document_;
    for (const auto& [job, measuring] : measuring_) {
        if (!measuring.completes) {
            std::erase_if(document.variants,
                          [&](const VariantPtr& variant) { return variant->id == measuring.variant; });
        }
    }
    const auto isCurrent = [&](const VariantPtr& variant) { return variant->id == document.currentVariant; };
    if (std::none_of(document.variants.begin(), document.variants.end(), isCurrent)) {
        document.currentVariant = document.variants.empty() ? QString() : document.variants.back()->id;
    }
    return document;
}

// ---- training

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
    protocol::TrainParams params;
    params.variant = variantSpec(recipe());
    params.variant.data = trainingSpec();
    params.variant.recipe.qat = document_.settings.qat;
    params.validation = document_.evaluation->spec;
    params.weights_path = weights.toStdString();
    if (params.variant.data->source == params.validation->source) {
        emit message(Severity::Warning,
                     tr("Training uses the data on which accuracy is measured: the figure will "
                        "flatter. Open training data of its own for an honest one."));
    }
    const int64_t job = beginJob(tr("Train"), JobKind::Queued, [this](int64_t started) {
        trainingJob_ = started;
        liveCurve_.clear();
        emit liveCurveChanged();
    });
    setRequest(api_.train(params, variantHandlers(job, {{}, false, false, weights})));
    return true;
}

}  // namespace qs::app
