// How the window shows its session: the other half of mainwindow.cpp, which builds it and takes commands.
#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QSpinBox>
#include <QStackedWidget>
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "app/dialogs/skipped_dialog.h"
#include "app/docks/window_docks.h"
#include "app/mainwindow.h"
#include "app/qconfig_commands.h"
#include "app/window_actions.h"
#include "protocol/verdict.h"
#include "widgets/common/format.h"
#include "widgets/common/job_bar.h"
#include "widgets/common/message_bar.h"
#include "widgets/layers/layer_panel.h"
#include "widgets/verify/verdict_text.h"

namespace qs::app {
namespace {

MessageBar::Kind kindOf(Severity severity) {
    switch (severity) {
        case Severity::Error:
            return MessageBar::Kind::Error;
        case Severity::Warning:
            return MessageBar::Kind::Warning;
        case Severity::Info:
            break;
    }
    return MessageBar::Kind::Info;
}

bool hasQuantizable(const ViewState& state) {
    const QStringList& layers = state.selectedLayers();
    return std::any_of(layers.begin(), layers.end(), [&](const QString& name) {
        const LayerRow* row = state.findLayer(name);
        return row && row->info->quantizable;
    });
}

}  // namespace

void MainWindow::connectSession() {
    connect(&session_, &Session::modelChanged, this, &MainWindow::showDocument);
    connect(&session_, &Session::inputShapesNeeded, this, &MainWindow::askForInputShapes);
    connect(&session_, &Session::dataChanged, this, [this] {
        showData();
        updateActions();
    });
    connect(&session_, &Session::rulesChanged, this, [this] {
        showPreset();
        showLayers();
        showRules();
        showOutdated();
    });
    connect(&session_, &Session::previewChanged, this, [this] {
        showLayers();
        showRules();
    });
    connect(&session_, &Session::variantsChanged, this, &MainWindow::showVariants);
    connect(&session_, &Session::currentVariantChanged, this, [this] {
        showLayers();
        showVariants();
        showCurve();
        showProfile();
    });
    connect(&session_, &Session::selectedLayerChanged, this, [this](const QString& layer) {
        if (!state_->selectedLayers().contains(layer)) {
            state_->setSelectedLayers(layer.isEmpty() ? QStringList() : QStringList{layer});
        }
    });
    connect(&session_, &Session::jobChanged, this, [this] {
        showJob();
        updateActions();
    });
    connect(&session_, &Session::jobFinished, this, [this] { showCurve(); });
    connect(&session_, &Session::liveCurveChanged, this, &MainWindow::showCurve);
    connect(&session_, &Session::exported, state_, &ViewState::setExported);
    connect(&session_, &Session::proofChanged, this, &MainWindow::showProof);
    connect(&session_, &Session::verified, this, &MainWindow::showVerdict);
    connect(&session_, &Session::message, this, &MainWindow::showMessage);
    connect(&session_, &Session::savingChanged, this, &MainWindow::showJob);
    connect(&session_, &Session::modifiedChanged, this, &MainWindow::showTitle);
    connect(&session_, &Session::projectPathChanged, this, &MainWindow::showTitle);
}

void MainWindow::connectEngine() {
    connect(&client_, &EngineClient::stateChanged, this, &MainWindow::showEngine);
    // The session says what has died; that there is a new one is said here.
    connect(&client_, &EngineClient::engineDied, this, [this] { engineDied_ = true; });
    connect(&client_, &EngineClient::engineStarted, this, [this] {
        layers_->setPresets(presets());
        showPreset();
        showEngine();
        updateActions();
        if (engineDied_) {
            engineDied_ = false;
            showMessage(Severity::Info, tr("A new engine was started. The session goes on where it was."));
        }
    });
}

void MainWindow::connectViews() {
    connect(jobBar_, &JobBar::cancelRequested, this, [this] { session_.cancelJob(); });
    connect(layers_, &LayerPanel::overrideRequested, this,
            [this](const QStringList& layers, const QString& qconfig) {
                session_.setLayerOverride(layers, qconfig);
            });
    connect(layers_, &LayerPanel::editRequested, qconfigs_, &QConfigCommands::editLayers);
    connect(state_, &ViewState::newRuleRequested, qconfigs_, &QConfigCommands::addRule);
    connect(state_, &ViewState::ruleEditorRequested, qconfigs_, &QConfigCommands::editRule);
    connect(state_, &ViewState::rulesEditRequested, &session_, &Session::setRuleList);
    connect(layers_, &LayerPanel::restoreRequested, this,
            [this](const QStringList& layers) { session_.restoreLayers(layers); });
    connect(state_, &ViewState::variantPicked, this,
            [this](const QString& id) { session_.setCurrentVariant(id); });
    connect(state_, &ViewState::selectedLayersChanged, this, [this](const QStringList& layers) {
        session_.setSelectedLayer(layers.isEmpty() ? QString() : layers.first());
        updateActions();
    });
    connect(jobBar_, &JobBar::queueRequested, state_, &ViewState::jobsRequested);
    connect(state_, &ViewState::jobCancelRequested, this, [this](qint64 id) { session_.cancelJob(id); });
    connect(state_, &ViewState::variantCompletionRequested, this,
            [this](const QString& id) { session_.completeVariant(id); });
    connect(state_, &ViewState::skippedRequested, this, &MainWindow::showSkipped);
    connect(state_, &ViewState::variantRulesRequested, this,
            [this](const QString& id) { session_.adoptRules(id); });
    connect(state_, &ViewState::variantRemovalRequested, this,
            [this](const QString& id) { session_.removeVariant(id); });
    connect(actions_->worstCount, &QSpinBox::valueChanged, this, &MainWindow::updateActions);
}

void MainWindow::showDocument() {
    docks_->setWorkspaceVisible(session_.model() != nullptr);
    pages_->setCurrentWidget(session_.model() ? static_cast<QWidget*>(layers_) : welcome_);
    state_->setModel(session_.model());
    showData();
    showPreset();
    showLayers();
    showRules();
    showVariants();
    showCurve();
    showProfile();
    showJob();
    showTitle();
    if (!session_.selectedLayer().isEmpty()) {
        state_->setSelectedLayers({session_.selectedLayer()});
    }
}

void MainWindow::showData() {
    const auto info = [this](DataRole role) {
        const auto& data = session_.data(role);
        return data ? std::optional(data->info) : std::nullopt;
    };
    state_->setData(info(DataRole::Evaluation), info(DataRole::Calibration));
}

void MainWindow::showSkipped(const std::vector<std::string>& skipped) {
    auto* dialog = new SkippedDialog(skipped, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showLayers() {
    RowSources sources{session_.model(), session_.preview().shown(), resultOf(session_.currentVariant())};
    if (sources != rowSources_) {
        rowSources_ = std::move(sources);
        const auto& [model, answer, result] = rowSources_;
        state_->setLayers(model ? makeLayerRows(model, answer ? answer->rules : std::vector<protocol::Rule>(),
                                                answer ? &answer->preview : nullptr, result)
                                : std::vector<LayerRow>());
    }
    updateActions();
}

void MainWindow::showRules() {
    const RulePreview& preview = session_.preview();
    const RuleAnswerPtr& answer = preview.current();
    ShownRules shown;
    if (session_.model()) {
        shown.rules = session_.rules().all();
        shown.problem = preview.problem();
    }
    if (answer) {
        shown.preview = std::shared_ptr<const protocol::QConfigPreview>(answer, &answer->preview);
    }
    shown.obstacle = editObstacle();
    state_->setRules(std::move(shown));
}

void MainWindow::showVariants() {
    const VariantPtr current = session_.currentVariant();
    state_->setVariants(session_.model() ? variantRows() : std::vector<VariantRow>(),
                        current ? current->id : QString());
    showOutdated();
    updateActions();
}

/// Rows of variants that are shown already are taken from there.
std::vector<VariantRow> MainWindow::variantRows() const {
    std::unordered_map<const protocol::VariantResult*, const VariantRow*> shown;
    for (const VariantRow& row : state_->variants()) {
        shown.emplace(row.result.get(), &row);
    }
    const VariantRows make(*session_.model());
    std::vector<VariantRow> rows;
    rows.reserve(session_.variants().size());
    for (const VariantPtr& variant : session_.variants()) {
        const auto known = shown.find(&variant->result);
        rows.push_back(known == shown.end() ? make(variant->id, variant->name, resultOf(variant))
                                            : *known->second);
        rows.back().missing = variant->missing;
        rows.back().measuring = !variant->isComplete() && session_.isBeingMeasured(variant->id);
    }
    return rows;
}

void MainWindow::showOutdated() {
    state_->setOutdated(session_.isOutdated());
}

void MainWindow::showCurve() {
    // A training under way is what one wants to see; else the curve belongs to the variant shown.
    const VariantPtr variant = session_.currentVariant();
    const bool ofVariant = !session_.isTraining() && variant && !variant->result.curve.empty();
    state_->setCurve(ofVariant ? variant->result.curve : session_.liveCurve());
}

void MainWindow::showProfile() {
    const VariantPtr variant = session_.currentVariant();
    if (variant == std::exchange(profiled_, variant)) {
        return;
    }
    state_->setProfile(variant ? makeVariantProfile(variant->result) : VariantProfile());
}

void MainWindow::showProof() {
    const auto& proof = session_.proof();
    state_->setProof(proof ? std::optional(ShownProof{proof->file, proof->result}) : std::nullopt);
    if (!proof) {
        state_->setExported({});
    }
}

void MainWindow::showVerdict() {
    emit state_->verified();
    const Proof& proof = *session_.proof();
    const bool passed = proof.result.passed;
    const QString text = !passed ? tr("%1 does not do what the engine does: %2.")
                         : protocol::isIndependent(proof.result)
                             ? tr("%1 does what the engine does: %2.")
                             : tr("%1 was checked by Quantoscope alone, and does what the engine does: %2.");
    showMessage(passed ? Severity::Info : Severity::Error,
                text.arg(QFileInfo(proof.file).fileName(), verdictText(proof.result)));
}

void MainWindow::showPreset() {
    QComboBox& combo = *actions_->preset;
    const QString preset = QString::fromStdString(protocol::textOf(session_.rules().global()));
    QStringList names = presets();
    if (!names.contains(preset) && preset != QLatin1String("fp32")) {
        names << preset;
    }
    names << QStringLiteral("fp32");
    combo.clear();
    combo.addItems(names);
    combo.setCurrentText(preset);
}

void MainWindow::showJob() {
    std::vector<JobRow> rows;
    for (const JobState& job : session_.jobs()) {
        rows.push_back({job.id, job.title, job.running, job.cancelling, job.startedAt, job.message, job.done,
                        job.total, job.etaSeconds});
    }
    const int waiting = static_cast<int>(rows.size()) - 1;
    state_->setJobs(std::move(rows));
    const JobState& job = session_.job();
    if (!job.running) {
        jobBar_->showIdle(session_.isSaving() ? tr("Saving...") : QString());
        return;
    }
    QString text = job.title;
    if (job.cancelling) {
        text += tr(": stopping...");
    } else if (!job.message.isEmpty()) {
        text += QStringLiteral(": ") + job.message;
    }
    jobBar_->showJob(text, job.done, job.total, job.etaSeconds, !job.cancelling, waiting);
}

void MainWindow::showTitle() {
    QString name = tr("untitled");
    if (!session_.projectPath().isEmpty()) {
        name = QFileInfo(session_.projectPath()).completeBaseName();
    } else if (session_.model()) {
        name = QFileInfo(QString::fromStdString(session_.model()->path)).fileName();
    }
    setWindowTitle(QStringLiteral("%1[*] – Quantoscope").arg(name));
    setWindowModified(session_.isModified());
    updateActions();
}

void MainWindow::showEngine() {
    QString text;
    switch (client_.state()) {
        case EngineClient::State::Stopped:
            text = tr("Engine stopped");
            break;
        case EngineClient::State::Starting:
            text = tr("Starting the engine...");
            break;
        case EngineClient::State::Ready:
            text = tr("Engine ready (pid %1)").arg(client_.processId());
            break;
        case EngineClient::State::Waiting:
            text = tr("Restarting the engine...");
            break;
        case EngineClient::State::Failed:
            text = tr("No engine");
            messages_->show(MessageBar::Kind::Error, tr("The engine does not start."),
                            {{tr("Try again"), [this] { client_.restart(); }}});
            break;
    }
    engineLabel_->setText(text);
    const auto& info = client_.engineInfo();
    engineLabel_->setToolTip(
        info.cpu.empty() ? QString()
                         : tr("%1\nISA %2, %n core(s)", nullptr, info.cores)
                               .arg(QString::fromStdString(info.cpu), QString::fromStdString(info.isa)));
}

void MainWindow::showMessage(Severity severity, const QString& text) {
    messages_->show(kindOf(severity), text);
}

QString MainWindow::editObstacle() const {
    if (session_.isLoading()) {
        return tr("A job is running: wait for it or cancel it.");
    }
    return session_.model() ? QString() : tr("Open a model first.");
}

QString MainWindow::restoreNote(const QStringList& layers) const {
    const std::optional<double> cost = restoreCost(state_->layers(), layers);
    return cost ? tr("Restore to FP32: about %1").arg(format::signedMilliseconds(*cost)) : QString();
}

QString MainWindow::measureObstacle() const {
    if (!session_.takesJobs()) {
        return tr("A job is running: wait for it or cancel it.");
    }
    if (!session_.model()) {
        return tr("Open a model first.");
    }
    return session_.data(DataRole::Evaluation) ? QString() : tr("Choose data first.");
}

void MainWindow::updateActions() {
    const bool busy = session_.job().running;
    const QString wait = busy ? tr("A job is running: wait for it or cancel it.") : QString();
    const QString edit = editObstacle();
    const QString measure = measureObstacle();
    const bool measured = session_.currentVariant() != nullptr;
    const auto either = [](const QString& first, const QString& second) {
        return first.isEmpty() ? second : first;
    };
    const auto set = [](QAction* action, const QString& obstacle, const QString& note = {}) {
        WindowActions::setAvailable(action, obstacle, note);
    };

    for (QAction* action :
         {actions_->openModel, actions_->openSample, actions_->newProject, actions_->openProject}) {
        set(action, wait);
    }
    const QString noEngine =
        client_.engineInfo().data_formats.empty() ? tr("The engine is starting.") : QString();
    set(actions_->openData, either(wait, noEngine));
    set(actions_->openTrainingData, either(wait, noEngine));
    const bool unsaved = session_.isModified() || session_.projectPath().isEmpty();
    set(actions_->saveProject, either(edit, unsaved ? QString() : tr("There are no unsaved changes.")));
    set(actions_->inputShapes, either(wait, edit));
    set(actions_->saveProjectAs, edit);
    set(actions_->calibrate, measure);
    set(actions_->train, measure);
    set(actions_->restoreSelected,
        either(measure, hasQuantizable(*state_) ? QString() : tr("Select layers in the table first.")),
        restoreNote(state_->selectedLayers()));
    set(actions_->restoreWorst, either(measure, measured ? QString() : tr("Calibrate first.")),
        measured ? restoreNote(worstLayers(session_.currentVariant()->result, actions_->worstCount->value()))
                 : QString());
    actions_->worstCount->setEnabled(actions_->restoreWorst->isEnabled());
    const QString noVariant = either(measure, measured ? QString() : tr("Calibrate first."));
    for (QAction* action : {actions_->exportVariant, actions_->exportTorchScript, actions_->exportOnnx}) {
        set(action, noVariant);
    }
    const QString open = session_.takesJobs() ? edit : wait;
    set(actions_->exportFp32, open);
    set(actions_->verifyFile, open);
    const bool overridden = session_.rules().countOf("layer") > 0;
    set(actions_->clearOverrides,
        either(edit, overridden ? QString() : tr("No layer has a qconfig of its own.")));
    set(actions_->cancelJob,
        busy && !session_.job().cancelling ? QString() : tr("There is no job that could be cancelled."));
    actions_->preset->setEnabled(edit.isEmpty());
    layers_->setEditable(edit.isEmpty());
    if (state_->rules().obstacle != edit) {
        showRules();
    }
}

}  // namespace qs::app
