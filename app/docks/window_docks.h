#pragma once

#include <QByteArray>
#include <QObject>
#include <QStringList>
#include <vector>

#include "widgets/panels/panel_types.h"

class QAction;
class QDockWidget;
class QMainWindow;
class QMenu;
class QSettings;

namespace qs {
class ViewState;
}  // namespace qs

namespace qs::app {

/// The panels around the layer table, a dock each, with an entry of the View menu and a key that show it or
/// hide it. A panel that asks for it (ViewState::panelRequested) is brought to the front.
class WindowDocks : public QObject {
    Q_OBJECT
  public:
    WindowDocks(QMainWindow& window, ViewState& state, const PanelTypes& panels);

    /// Hides or shows all at once, for the welcome page, without touching what the person has closed.
    void setWorkspaceVisible(bool visible);
    void resetLayout();
    void saveLayout(QSettings& settings) const;
    /// Panels that were not there when the layout was saved come where they are at first; a layout of an
    /// earlier version is left.
    void restoreLayout(const QSettings& settings);
    void addToggles(QMenu& menu) const;

  private:
    struct Dock {
        QDockWidget* widget;
        QAction* toggle;  ///< checked where the panel is to be seen
        PanelPlace place;
    };

    Dock makeDock(const PanelType& type, ViewState& state);
    void arrange();
    void setDefaultSizes();
    /// The first dock of the place; null where there is none.
    QDockWidget* frontOf(PanelPlace place) const;
    void putInPlace(const Dock& dock);
    void bringToFront(QWidget* panel);
    QStringList names() const;

    QMainWindow& window_;
    std::vector<Dock> docks_;  ///< by place, the first in front
    QByteArray defaultLayout_;
    std::vector<QDockWidget*> hiddenForWelcome_;
    bool layoutRestored_ = false;
};

}  // namespace qs::app
