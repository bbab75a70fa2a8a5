#include "app/window_actions.h"

#include <QComboBox>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QSpinBox>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

#include "app/resources.h"
#include "widgets/common/icons.h"

namespace qs::app {
namespace {

constexpr const char* kIcon = "iconName";
constexpr const char* kTip = "plainTip";

}  // namespace

WindowActions::WindowActions(QMainWindow& window, QUndoStack& undoStack) : QObject(&window), window_(window) {
    initResources();
    openModel = add("openModel", tr("&Open model..."), tr("Open an FP32 model: TorchScript or ONNX"),
                    QKeySequence::Open, "model");
    openSample = add("openSample", tr("Open the &sample"),
                     tr("Open the bundled ResNet, trained on Fashion-MNIST, with its test images"));
    openData = add("openData", tr("&Data..."), tr("Choose the data that calibrates and measures the model"),
                   QKeySequence(Qt::CTRL | Qt::Key_D), "data");
    openTrainingData =
        add("openTrainingData", tr("&Training data..."), tr("Choose the images that QAT trains on"));
    inputShapes =
        add("inputShapes", tr("&Input shapes..."), tr("Open the model with other shapes of its inputs"));
    newProject =
        add("newProject", tr("&New project"), tr("Close what is open and start afresh"), QKeySequence::New);
    openProject = add("openProject", tr("Open &project..."), tr("Open a saved project"),
                      QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), "open");
    saveProject = add("saveProject", tr("&Save project"), tr("Save the project with everything measured"),
                      QKeySequence::Save, "save");
    saveProjectAs = add("saveProjectAs", tr("Save project &as..."), tr("Save the project under another name"),
                        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S));
    exportTorchScript = add("exportTorchScript", tr("Export &TorchScript..."),
                            tr("Write the current variant as a quantized TorchScript module (.pt)"),
                            QKeySequence(Qt::CTRL | Qt::Key_E));
    exportOnnx =
        add("exportOnnx", tr("Export &ONNX..."), tr("Write the current variant as an ONNX QDQ model (.onnx)"),
            QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
    exportVariant = add("exportVariant", tr("&Export..."),
                        tr("Write the current variant for any target: ONNX, TorchScript, phones"));
    exportFp32 = add("exportFp32", tr("Export &FP32..."), tr("Write the network as it was opened, in FP32"));
    verifyFile = add("verifyFile", tr("&Verify file..."),
                     tr("Open an exported file in its runtime and compare it with the engine"));
    quit = add("quit", tr("&Quit"), tr("Close the workbench"), QKeySequence::Quit);
    undo = undoStack.createUndoAction(this, tr("&Undo"));
    redo = undoStack.createRedoAction(this, tr("&Redo"));
    undo->setObjectName(QStringLiteral("undo"));
    redo->setObjectName(QStringLiteral("redo"));
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    undo->setProperty(kIcon, "undo");
    redo->setProperty(kIcon, "redo");
    withIcon_.insert(withIcon_.end(), {undo, redo});
    clearOverrides =
        add("clearOverrides", tr("&Clear all overrides"), tr("Let every layer inherit the model's preset"));
    settings = add("settings", tr("S&ettings..."), tr("Threads, runs and batch size of the measurements"),
                   QKeySequence(Qt::CTRL | Qt::Key_Comma));
    calibrate =
        add("calibrate", tr("&Calibrate"), tr("Calibrate, convert and measure the model with these qconfigs"),
            QKeySequence(Qt::Key_F5), "calibrate");
    restoreSelected =
        add("restoreSelected", tr("&Restore"), tr("Set the selected layers to FP32 and measure again"),
            QKeySequence(Qt::CTRL | Qt::Key_R), "restore");
    restoreWorst =
        add("restoreWorst", tr("Restore the &worst"),
            tr("Set the layers that make most of the error at the outputs to FP32 and measure again"),
            QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), "worst");
    train = add("train", tr("&QAT..."), tr("Train the model with fake quantization"),
                QKeySequence(Qt::Key_F6), "train");
    cancelJob = add("cancelJob", tr("C&ancel the running job"), tr("Stop the running job"),
                    QKeySequence(Qt::CTRL | Qt::Key_Period));
    restartEngine =
        add("restartEngine", tr("Restart the &engine"), tr("End the engine's process and start a new one"));
    resetLayout =
        add("resetLayout", tr("&Reset the layout"), tr("Put all panels back where they were at first"));
    about = add("about", tr("&About Quantoscope"), tr("Version and licence"));
    quit->setMenuRole(QAction::QuitRole);
    about->setMenuRole(QAction::AboutRole);
    buildMenus();
    buildToolBar();
    refreshIcons();
}

QAction* WindowActions::add(const char* name, const QString& text, const QString& tip,
                            const QKeySequence& shortcut, const char* icon) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    action->setProperty(kTip, tip);
    if (icon) {
        action->setProperty(kIcon, icon);
        withIcon_.push_back(action);
    }
    setAvailable(action, {});
    return action;
}

void WindowActions::setAvailable(QAction* action, const QString& obstacle, const QString& note) {
    action->setEnabled(obstacle.isEmpty());
    QString tip = action->property(kTip).toString();
    const QString keys = action->shortcut().toString(QKeySequence::NativeText);
    if (!keys.isEmpty()) {
        tip += QStringLiteral(" (%1)").arg(keys);
    }
    for (const QString& line : {note, obstacle}) {
        if (!line.isEmpty()) {
            tip += QLatin1Char('\n') + line;
        }
    }
    action->setToolTip(tip);
}

void WindowActions::refreshIcons() {
    for (QAction* action : withIcon_) {
        action->setIcon(themedIcon(action->property(kIcon).toString(), window_.palette()));
    }
}

void WindowActions::buildMenus() {
    QMenuBar& bar = *window_.menuBar();
    QMenu* file = bar.addMenu(tr("&File"));
    file->addActions({openModel, openSample, openData, openTrainingData});
    file->addSeparator();
    file->addActions({newProject, openProject, saveProject, saveProjectAs});
    file->addSeparator();
    file->addActions({exportVariant, exportTorchScript, exportOnnx, exportFp32, verifyFile});
    file->addSeparator();
    file->addAction(quit);
    QMenu* edit = bar.addMenu(tr("&Edit"));
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addActions({clearOverrides, settings});
    QMenu* model = bar.addMenu(tr("&Model"));
    model->addActions({calibrate, restoreSelected, restoreWorst, train});
    model->addSeparator();
    model->addAction(inputShapes);
    model->addSeparator();
    model->addActions({cancelJob, restartEngine});
    viewMenu = bar.addMenu(tr("&View"));
    bar.addMenu(tr("&Help"))->addAction(about);
    for (QMenu* menu : {file, edit, model, viewMenu}) {
        menu->setToolTipsVisible(true);
    }
}

void WindowActions::buildToolBar() {
    QToolBar& bar = *window_.addToolBar(tr("Main toolbar"));
    bar.setObjectName(QStringLiteral("mainToolBar"));
    bar.setMovable(false);
    bar.setIconSize({20, 20});
    bar.setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar.setContextMenuPolicy(Qt::PreventContextMenu);
    const auto button = [&](QAction* action, const QString& shortText) {
        action->setIconText(shortText);
        bar.addAction(action);
    };
    button(openModel, tr("Model"));
    button(openData, tr("Data"));
    bar.addSeparator();
    preset = new QComboBox(&bar);
    preset->setObjectName(QStringLiteral("presetCombo"));
    preset->setToolTip(tr("QConfig of the whole model: layers without one of their own inherit it"));
    preset->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    preset->setAccessibleName(tr("Preset"));
    auto* label = new QLabel(tr("Preset:"), &bar);
    label->setContentsMargins(4, 0, 4, 0);
    bar.addWidget(label);
    bar.addWidget(preset);
    button(calibrate, tr("Calibrate"));
    bar.addSeparator();
    button(restoreSelected, tr("Restore"));
    addRestoreWorst(bar);
    button(train, tr("QAT"));
    bar.addSeparator();
    auto* exports = new QToolButton(&bar);
    exports->setObjectName(QStringLiteral("exportButton"));
    exports->setText(tr("Export"));
    exports->setPopupMode(QToolButton::InstantPopup);
    exports->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    exports->setIcon(themedIcon(QStringLiteral("export"), window_.palette()));
    exports->addActions({exportVariant, exportTorchScript, exportOnnx, exportFp32, verifyFile});
    exports->setToolTip(tr("Write the network to a file, and verify such files"));
    bar.addWidget(exports);
    // What needs least: only a model.
    connect(verifyFile, &QAction::changed, exports,
            [this, exports] { exports->setEnabled(verifyFile->isEnabled()); });
    bar.addSeparator();
    for (QAction* action : {undo, redo, openProject, saveProject}) {
        bar.addAction(action);
        qobject_cast<QToolButton*>(bar.widgetForAction(action))->setToolButtonStyle(Qt::ToolButtonIconOnly);
    }
    for (QAction* action : bar.actions()) {
        if (!action->objectName().isEmpty()) {
            bar.widgetForAction(action)->setObjectName(action->objectName() + QStringLiteral("Button"));
        }
    }
}

void WindowActions::addRestoreWorst(QToolBar& bar) {
    restoreWorst->setIconText(tr("Restore the worst"));
    bar.addAction(restoreWorst);
    worstCount = new QSpinBox(&bar);
    worstCount->setObjectName(QStringLiteral("worstCount"));
    worstCount->setRange(1, 999);
    worstCount->setValue(1);
    worstCount->setToolTip(tr("How many layers \"Restore the worst\" sets to FP32"));
    worstCount->setAccessibleName(tr("Number of worst layers"));
    bar.addWidget(worstCount);
}

}  // namespace qs::app
