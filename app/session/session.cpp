#include "app/session/session.h"

#include <QSet>
#include <algorithm>
#include <chrono>
#include <utility>

#include "app/session/rules_command.h"

namespace qs::app {

namespace {
/// Edits that follow one another quickly are written to the recovery file once.
constexpr auto kAutosaveDelay = std::chrono::milliseconds(300);
const std::string kFloat = "fp32";

}  // namespace

Session::Session(EngineClient& client, const QString& recoveryRoot, QObject* parent)
    : QObject(parent), client_(client), api_(client), preview_(client), recovery_(recoveryRoot) {
    connect(this, &Session::modelChanged, this, &Session::askPreview);
    connect(this, &Session::rulesChanged, this, &Session::askPreview);
    connect(&preview_, &RulePreview::changed, this, &Session::previewChanged);
    autosaveTimer_.setSingleShot(true);
    autosaveTimer_.setInterval(kAutosaveDelay);
    connect(&autosaveTimer_, &QTimer::timeout, this, &Session::autosave);
    connect(&client_, &EngineClient::engineDied, this, &Session::onEngineDied);
    connect(&jobs_, &JobQueue::changed, this, &Session::jobChanged);
    connect(&jobs_, &JobQueue::ended, this, &Session::onJobEnded);
}

Session::~Session() {
    jobs_.disconnect(this);
    jobs_.abandon();
}

// ---- the document

const std::optional<OpenedData>& Session::data(DataRole role) const {
    switch (role) {
        case DataRole::Training:
            return document_.training;
        case DataRole::Calibration:
            return document_.calibration;
        case DataRole::Evaluation:
            break;
    }
    return document_.evaluation;
}

VariantPtr Session::findVariant(const QString& id) const {
    const auto& all = document_.variants;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const VariantPtr& variant) { return variant->id == id; });
    return found == all.end() ? nullptr : *found;
}

VariantPtr Session::currentVariant() const {
    return findVariant(document_.currentVariant);
}

bool Session::isOutdated() const {
    const VariantPtr variant = currentVariant();
    return variant && variant->rules != document_.rules;
}

// ---- undoable edits

void Session::setGlobalPreset(const QString& preset) {
    Rules rules = document_.rules;
    rules.setGlobal(protocol::parseQConfig(preset.toStdString()).qconfig);
    pushRules(tr("Preset %1").arg(preset), rules);
}

void Session::setLayerOverride(const QStringList& layers, const QString& qconfig) {
    const protocol::ParsedQConfig parsed = protocol::parseQConfig(qconfig.toStdString());
    if (!parsed.problem.empty()) {
        refuse(tr("%1 is no qconfig: %2.").arg(qconfig, QString::fromStdString(parsed.problem)));
        return;
    }
    const QStringList known = knownLayers(layers);
    Rules rules = document_.rules;
    if (qconfig.isEmpty()) {
        rules.eraseLayers(plainNames(known));
    } else {
        rules.setLayers(plainNames(known), parsed.qconfig);
    }
    const QString whom = known.size() == 1 ? known.front() : tr("%1 layers").arg(known.size());
    pushRules(qconfig.isEmpty() ? tr("Clear %1").arg(whom) : tr("%1 to %2").arg(whom, qconfig), rules);
}

void Session::clearOverrides() {
    Rules rules = document_.rules;
    rules.eraseAllLayers();
    pushRules(tr("Clear all layers"), rules);
}

void Session::setRuleList(const QString& text, const std::vector<protocol::Rule>& rules) {
    pushRules(text, Rules(rules));
}

void Session::adoptRules(const QString& variantId) {
    if (const VariantPtr variant = findVariant(variantId)) {
        pushRules(tr("Rules of %1").arg(variant->name), variant->rules);
        setCurrentVariant(variantId);
    }
}

void Session::pushRules(const QString& text, const Rules& rules) {
    if (rules != document_.rules) {
        undoStack_.push(new RulesCommand(*this, text, rules));
    }
}

void Session::setRules(const Rules& rules) {
    document_.rules = rules;
    emit rulesChanged();
    edited();
}

protocol::OpenModelParams Session::openParams() const {
    protocol::OpenModelParams params{document_.model->path, std::nullopt, document_.inputs};
    if (document_.evaluation) {
        params.data = document_.evaluation->spec;
    }
    return params;
}

void Session::askPreview() {
    preview_.setSubject(document_.model, document_.model ? openParams() : protocol::OpenModelParams(),
                        document_.rules.all());
}

/// Layers that no rule quantizes, as far as is known: without an answer of the engine those that are set to
/// FP32 for themselves.
QSet<QString> Session::floatLayers() const {
    QSet<QString> layers;
    if (const RuleAnswerPtr& answer = preview_.current()) {
        for (const protocol::LayerQConfig& layer : answer->preview.layers) {
            if (layer.qconfig == kFloat) {
                layers.insert(QString::fromStdString(layer.name));
            }
        }
        return layers;
    }
    for (const protocol::Rule& rule : document_.rules.all()) {
        if (rule.match == "layer" && rule.qconfig == protocol::QConfig{kFloat}) {
            layers.insert(QString::fromStdString(rule.key));
        }
    }
    return layers;
}

void Session::showVariantOfRules(const QString& preferred) {
    const auto matches = [this](const VariantPtr& variant) { return variant->rules == document_.rules; };
    if (const VariantPtr variant = findVariant(preferred); variant && matches(variant)) {
        setCurrentVariant(preferred);
        return;
    }
    const auto& all = document_.variants;
    if (const auto latest = std::find_if(all.rbegin(), all.rend(), matches); latest != all.rend()) {
        setCurrentVariant((*latest)->id);
    }
}

/// Those of the names that the model has.
QStringList Session::knownLayers(const QStringList& layers) const {
    QStringList known;
    if (document_.model) {
        const QSet<QString> wanted(layers.begin(), layers.end());
        for (const protocol::LayerInfo& layer : document_.model->layers) {
            if (const QString name = QString::fromStdString(layer.name); wanted.contains(name)) {
                known.append(name);
            }
        }
    }
    return known;
}

// ---- other changes

void Session::setSettings(const Settings& settings) {
    document_.settings = settings;
    emit settingsChanged();
    edited();
}

void Session::clearCalibrationData() {
    if (document_.calibration) {
        document_.calibration.reset();
        emit dataChanged(DataRole::Calibration);
        edited();
    }
}

void Session::setCurrentVariant(const QString& id) {
    if (document_.currentVariant != id && findVariant(id)) {
        document_.currentVariant = id;
        emit currentVariantChanged();
    }
}

void Session::setSelectedLayer(const QString& layer) {
    if (document_.selectedLayer != layer) {
        document_.selectedLayer = layer;
        emit selectedLayerChanged(layer);
    }
}

void Session::removeVariant(const QString& id) {
    // Kept to the end: `id` may be its own.
    const VariantPtr removed = findVariant(id);
    if (!removed) {
        return;
    }
    for (auto& [job, measuring] : measuring_) {
        if (measuring.variant == removed->id) {
            measuring.unwanted = true;
            jobs_.cancel(job);
        }
    }
    std::erase(document_.variants, removed);
    const bool wasCurrent = document_.currentVariant == id;
    if (wasCurrent) {
        document_.currentVariant = document_.variants.empty() ? QString() : document_.variants.back()->id;
    }
    emit variantsChanged();
    if (wasCurrent) {
        emit currentVariantChanged();
    }
    edited();
}

bool Session::restoreLayers(const QStringList& layers) {
    if (!canMeasure()) {
        return false;
    }
    QStringList changed = knownLayers(layers);
    changed.removeIf(
        [layersInFloat = floatLayers()](const QString& layer) { return layersInFloat.contains(layer); });
    if (changed.isEmpty()) {
        refuse(tr("There is no INT8 layer to restore: choose layers that do not run in FP32 already."));
        return false;
    }
    const VariantPtr base = currentVariant();
    const QString whom = changed.size() == 1 ? changed.front() : tr("%1 layers").arg(changed.size());
    Rules rules = document_.rules;
    rules.setLayers(plainNames(changed), {kFloat});
    pushRules(tr("Restore %1").arg(whom), rules);

    protocol::Recipe next = recipe();
    if (base && base->isTrained()) {
        next.trained_weights = base->result.recipe.trained_weights;
        next.qat = base->result.recipe.qat;
    }
    return measure(tr("Restore and measure"), next);
}

bool Session::restoreWorst(int count) {
    const VariantPtr variant = currentVariant();
    if (!variant) {
        refuse(tr("Calibrate first: which layers are worst is not known yet."));
        return false;
    }
    QStringList candidates = worstLayers(variant->result, static_cast<int>(variant->result.layers.size()));
    candidates.removeIf(
        [layersInFloat = floatLayers()](const QString& layer) { return layersInFloat.contains(layer); });
    return restoreLayers(candidates.first(std::min<qsizetype>(std::max(count, 0), candidates.size())));
}

}  // namespace qs::app
