#pragma once

#include <QAction>
#include <QObject>
#include <vector>

class QComboBox;
class QMainWindow;
class QMenu;
class QSpinBox;
class QToolBar;
class QUndoStack;

namespace qs::app {

/// Every command of the window, with its icon, shortcut and tooltip, in its menus and toolbar. Enabling is
/// the window's business; see setAvailable().
class WindowActions : public QObject {
    Q_OBJECT
  public:
    WindowActions(QMainWindow& window, QUndoStack& undoStack);

    QAction* openModel;
    QAction* openSample;
    QAction* openData;
    QAction* openTrainingData;
    QAction* inputShapes;
    QAction* newProject;
    QAction* openProject;
    QAction* saveProject;
    QAction* saveProjectAs;
    QAction* exportTorchScript;
    QAction* exportOnnx;
    QAction* exportVariant;
    QAction* exportFp32;
    QAction* verifyFile;
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* clearOverrides;
    QAction* settings;
    QAction* calibrate;
    QAction* restoreSelected;
    QAction* restoreWorst;
    QAction* train;
    QAction* cancelJob;
    QAction* restartEngine;
    QAction* resetLayout;
    QAction* about;

    QMenu* viewMenu = nullptr;
    QComboBox* preset;
    QSpinBox* worstCount;

    /// Enables the action if `obstacle` is empty; else its tooltip says what is missing. `note` is one more
    /// line of the tooltip.
    static void setAvailable(QAction* action, const QString& obstacle, const QString& note = {});
    /// Draws the icons anew, after a change of palette.
    void refreshIcons();

  private:
    QAction* add(const char* name, const QString& text, const QString& tip, const QKeySequence& shortcut = {},
                 const char* icon = nullptr);
    void buildMenus();
    void buildToolBar();
    void addRestoreWorst(QToolBar& bar);

    QMainWindow& window_;
    std::vector<QAction*> withIcon_;
};

}  // namespace qs::app
