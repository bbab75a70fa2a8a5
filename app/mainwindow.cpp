#include "app/mainwindow.h"

#include <QCloseEvent>
#include <QComboBox>
#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

#include "app/action_queue.h"
#include "app/data_check.h"
#include "app/dialogs/data_dialog.h"
#include "app/dialogs/input_dialog.h"
#include "app/dialogs/qat_dialog.h"
#include "app/dialogs/settings_dialog.h"
#include "app/docks/window_docks.h"
#include "app/export_commands.h"
#include "app/file_commands.h"
#include "app/qconfig_commands.h"
#include "app/samples.h"
#include "app/welcome_page.h"
#include "app/window_actions.h"
#include "widgets/common/job_bar.h"
#include "widgets/common/message_bar.h"
#include "widgets/layers/layer_panel.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

const QString kGeometry = QStringLiteral("window/geometry");
const QString kColumns = QStringLiteral("layers/changedColumns");
const QString kProjectEnding = QStringLiteral(".qsproj");

}  // namespace

MainWindow::MainWindow(EngineClient& client, Session& session, const PanelTypes& panels)
    : client_(client),
      session_(session),
      state_(new ViewState(this)),
      actions_(new WindowActions(*this, session.undoStack())),
      docks_(new WindowDocks(*this, *state_, panels)),
      messages_(new MessageBar(this)),
      files_(new FileCommands(*this, session, *messages_)),
      queue_(new ActionQueue(session, this)),
      exports_(new ExportCommands(*this, client, session)),
      qconfigs_(new QConfigCommands(*this, client, session, *state_)) {
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    buildCentre();
    buildStatusBar();
    docks_->addToggles(*actions_->viewMenu);
    actions_->viewMenu->addSeparator();
    actions_->viewMenu->addMenu(tr("&Columns of the table"))->addActions(layers_->columnActions());
    actions_->viewMenu->addAction(actions_->resetLayout);
    connectActions();
    connectSession();
    connectEngine();
    connectViews();
    restoreWindow();
    showDocument();
    showEngine();
    offerRecovery();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentre() {
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layers_ = new LayerPanel(*state_, centre);
    layers_->setObjectName(QStringLiteral("layerPanel"));
    welcome_ = new WelcomePage({actions_->openModel, actions_->openSample, actions_->openProject}, centre);
    pages_ = new QStackedWidget(centre);
    pages_->addWidget(welcome_);
    pages_->addWidget(layers_);
    layout->addWidget(messages_);
    layout->addWidget(pages_, 1);
    setCentralWidget(centre);
}

void MainWindow::buildStatusBar() {
    jobBar_ = new JobBar(this);
    engineLabel_ = new QLabel(this);
    engineLabel_->setObjectName(QStringLiteral("engineLabel"));
    statusBar()->addWidget(jobBar_, 1);
    statusBar()->addPermanentWidget(engineLabel_);
}

void MainWindow::restoreWindow() {
    const QSettings settings;
    if (!restoreGeometry(settings.value(kGeometry).toByteArray())) {
        // As large as the screen takes with the frame around it.
        resize(QSize(1440, 900).boundedTo(screen()->availableSize() - QSize(8, 40)));
    }
    docks_->restoreLayout(settings);
    layers_->setChangedColumns(settings.value(kColumns).toStringList());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!files_->maySaveAndLeave()) {
        event->ignore();
        return;
    }
    QSettings settings;
    settings.setValue(kGeometry, saveGeometry());
    settings.setValue(kColumns, layers_->changedColumns());
    // With the panels hidden behind the welcome page there is no layout worth keeping.
    if (session_.model()) {
        docks_->saveLayout(settings);
    }
    event->accept();
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        actions_->refreshIcons();
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->urls().size() == 1 && event->mimeData()->urls().first().isLocalFile()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    open(event->mimeData()->urls().first().toLocalFile());
}

// ---- what is opened

void MainWindow::open(const QString& path, const std::optional<protocol::DataSpec>& data) {
    if (path.endsWith(kProjectEnding)) {
        files_->openProject(path);
        return;
    }
    std::vector<std::function<bool()>> steps{[this, path] { return files_->openModel(path); }};
    if (data) {
        steps.emplace_back([this, data] { return session_.openData(*data); });
    }
    queue_->run(std::move(steps));
}

void MainWindow::openSample() {
    const QString model = sampleModelPath();
    if (model.isEmpty()) {
        showMessage(Severity::Error, tr("The sample model is not installed with this program."));
        return;
    }
    open(model, protocol::DataSpec{"fashion-mnist:test", {}});
}

void MainWindow::offerRecovery() {
    const std::vector<RecoveryInfo> found = session_.recoveries();
    if (found.empty()) {
        return;
    }
    const RecoveryInfo& newest = found.front();
    const QString when = QLocale().toString(newest.savedAt.toLocalTime(), QLocale::ShortFormat);
    messages_->show(MessageBar::Kind::Info,
                    tr("The last session did not end well. Its work of %1 can be recovered.").arg(when),
                    {{tr("Recover"), [this, newest] { session_.loadRecovery(newest); }},
                     {tr("Discard"), [this, newest] { session_.discardRecovery(newest); }}});
}

// ---- what the person asks for

void MainWindow::askForData(DataRole role) {
    const bool evaluation = role == DataRole::Evaluation;
    auto* dialog = new DataDialog(client_.engineInfo().data_formats, evaluation, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto* check = new DataCheck(client_, dialog);
    connect(dialog, &DataDialog::checkRequested, check, &DataCheck::ask);
    connect(check, &DataCheck::found, dialog, &DataDialog::showFound);
    connect(check, &DataCheck::notFound, dialog, &DataDialog::showNotFound);
    DataChoice choice;
    choice.spec.source = evaluation ? "fashion-mnist:test" : "fashion-mnist:train";
    if (const auto& opened = session_.data(role)) {
        choice.spec = opened->spec;
    }
    if (const auto& calibration = session_.data(DataRole::Calibration); evaluation && calibration) {
        choice.calibration = calibration->spec;
    }
    choice.calibSamples = session_.settings().calibSamples;
    choice.evalSamples = session_.settings().evalSamples;
    choice.seed = session_.settings().seed;
    dialog->setChoice(choice);
    if (session_.model()) {
        dialog->setModelInputs(session_.model()->inputs);
    }
    connect(dialog, &QDialog::accepted, this, [this, dialog, role] { takeData(dialog->choice(), role); });
    dialog->open();
}

void MainWindow::takeData(const DataChoice& choice, DataRole role) {
    std::vector<std::function<bool()>> steps{
        [this, spec = choice.spec, role] { return session_.openData(spec, role); }};
    if (role == DataRole::Evaluation) {
        Settings settings = session_.settings();
        settings.calibSamples = choice.calibSamples;
        settings.evalSamples = choice.evalSamples;
        settings.seed = choice.seed;
        session_.setSettings(settings);
        if (choice.calibration) {
            steps.emplace_back([this, spec = *choice.calibration] {
                return session_.openData(spec, DataRole::Calibration);
            });
        } else {
            session_.clearCalibrationData();
        }
    }
    queue_->run(std::move(steps));
}

void MainWindow::askForInputShapes(const QString& path, const std::vector<protocol::TensorInfo>& inputs) {
    const bool open = session_.model() && QString::fromStdString(session_.model()->path) == path;
    const QString reason =
        open ? QString()
             : tr("%1 does not say how large its inputs are. Enter the shapes with which it "
                  "is to be opened.")
                   .arg(QFileInfo(path).fileName());
    auto* dialog = new InputDialog(reason, inputs, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (const auto& data = session_.data(DataRole::Evaluation)) {
        dialog->setData(data->info.inputs);
    }
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, path] { session_.openModel(path, dialog->inputs()); });
    dialog->open();
}

void MainWindow::askForTraining() {
    const QString data = QString::fromStdString(session_.trainingSpec().source);
    auto* dialog = new QatDialog(session_.settings().qat, data, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QatDialog::dataRequested, this, [this] { askForData(DataRole::Training); });
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        Settings settings = session_.settings();
        settings.qat = dialog->settings();
        session_.setSettings(settings);
        if (session_.train()) {
            emit state_->trainingStarted();
        }
    });
    dialog->open();
}

void MainWindow::askForSettings() {
    auto* dialog = new SettingsDialog(session_.settings(), client_.engineInfo(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { session_.setSettings(dialog->settings()); });
    dialog->open();
}

void MainWindow::showAbout() {
    const auto& engine = client_.engineInfo();
    auto* box = new QMessageBox(
        QMessageBox::NoIcon, tr("About Quantoscope"),
        tr("Quantoscope %1, a workbench for quantizing neural networks.\n\n"
           "Engine %2 with LibTorch %3 and oneDNN %4.\n"
           "Models are opened in a sandbox of: %5.\n"
           "Free software under the GNU General Public License, version 3 or later.")
            .arg(QCoreApplication::applicationVersion(), QString::fromStdString(engine.engine_version),
                 QString::fromStdString(engine.torch_version), QString::fromStdString(engine.onednn_version),
                 QString::fromStdString(engine.sandbox)),
        QMessageBox::Ok, this);
    box->setObjectName(QStringLiteral("aboutBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(QIcon(QStringLiteral(":/icons/quantoscope.svg")).pixmap(64));
    box->open();
}

QStringList MainWindow::presets() const {
    QStringList names;
    for (const auto& preset : client_.engineInfo().presets) {
        if (preset.name != "fp32") {
            names << QString::fromStdString(preset.name);
        }
    }
    return names;
}

void MainWindow::connectActions() {
    const auto on = [this](QAction* action, auto handler) {
        connect(action, &QAction::triggered, this, handler);
    };
    on(actions_->openModel, [this] { files_->askForModel(); });
    on(actions_->openSample, [this] { openSample(); });
    on(actions_->openData, [this] { askForData(DataRole::Evaluation); });
    on(actions_->openTrainingData, [this] { askForData(DataRole::Training); });
    on(actions_->inputShapes, [this] {
        askForInputShapes(QString::fromStdString(session_.model()->path), session_.model()->inputs);
    });
    on(actions_->newProject, [this] { files_->newProject(); });
    on(actions_->openProject, [this] { files_->askForProject(); });
    on(actions_->saveProject, [this] { files_->save(); });
    on(actions_->saveProjectAs, [this] { files_->saveAs(); });
    on(actions_->exportVariant, [this] { exports_->askForExport(); });
    on(actions_->exportTorchScript, [this] { exports_->askForExport(QStringLiteral("torchscript")); });
    on(actions_->exportOnnx, [this] { exports_->askForExport(QStringLiteral("onnxruntime-x64")); });
    on(actions_->exportFp32, [this] { exports_->askForFp32(); });
    on(actions_->verifyFile, [this] { exports_->askForFileToVerify(); });
    on(actions_->quit, [this] { close(); });
    on(actions_->clearOverrides, [this] { session_.clearOverrides(); });
    on(actions_->settings, [this] { askForSettings(); });
    on(actions_->calibrate, [this] { session_.calibrate(); });
    on(actions_->restoreSelected, [this] { session_.restoreLayers(state_->selectedLayers()); });
    on(actions_->restoreWorst, [this] { session_.restoreWorst(actions_->worstCount->value()); });
    on(actions_->train, [this] { askForTraining(); });
    on(actions_->cancelJob, [this] { session_.cancelJob(); });
    on(actions_->restartEngine, [this] { client_.restart(); });
    on(actions_->resetLayout, [this] { docks_->resetLayout(); });
    on(actions_->about, [this] { showAbout(); });
    connect(actions_->preset, &QComboBox::textActivated, this,
            [this](const QString& preset) { session_.setGlobalPreset(preset); });
}

}  // namespace qs::app
