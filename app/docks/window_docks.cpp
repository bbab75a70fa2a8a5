#include "app/docks/window_docks.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QSettings>
#include <QTimer>
#include <algorithm>

#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

constexpr int kRightWidth = 330;
constexpr int kLowerRightHeight = 190;
constexpr int kBottomHeight = 280;
/// Of the places of PanelPlace and what is in them; layouts of other versions are not restored.
constexpr int kLayoutVersion = 3;
const QString kLayout = QStringLiteral("window/layout");
const QString kPanels = QStringLiteral("window/panels");

constexpr PanelPlace kRight[] = {PanelPlace::RightTop, PanelPlace::RightBottom};
constexpr PanelPlace kBottom[] = {PanelPlace::BottomLeft, PanelPlace::BottomMiddle, PanelPlace::BottomRight};

Qt::DockWidgetArea areaOf(PanelPlace place) {
    return std::find(std::begin(kRight), std::end(kRight), place) != std::end(kRight)
               ? Qt::RightDockWidgetArea
               : Qt::BottomDockWidgetArea;
}

/// So that the keyboard goes on where the eye does.
void focusIn(QWidget& panel) {
    for (QWidget* widget : QList<QWidget*>{&panel} + panel.findChildren<QWidget*>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) && widget->isEnabled() && widget->isVisibleTo(&panel)) {
            widget->setFocus(Qt::ShortcutFocusReason);
            return;
        }
    }
}

}  // namespace

WindowDocks::WindowDocks(QMainWindow& window, ViewState& state, const PanelTypes& panels)
    : QObject(&window), window_(window) {
    window_.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks |
                           QMainWindow::AllowNestedDocks);
    window_.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    window_.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    for (const PanelType& type : panels.all()) {
        docks_.push_back(makeDock(type, state));
    }
    arrange();
    defaultLayout_ = window_.saveState(kLayoutVersion);
    connect(&state, &ViewState::panelRequested, this, &WindowDocks::bringToFront);
}

WindowDocks::Dock WindowDocks::makeDock(const PanelType& type, ViewState& state) {
    const QString title = QCoreApplication::translate("Panels", type.title);
    auto* dock = new QDockWidget(title, &window_);
    dock->setObjectName(QLatin1String(type.id));
    dock->setWidget(type.create(state, dock));
    auto* toggle = new QAction(title, this);
    toggle->setObjectName(QStringLiteral("panel_") + QLatin1String(type.id));
    toggle->setShortcut(QKeySequence(QLatin1String(type.key)));
    toggle->setCheckable(true);
    connect(dock, &QDockWidget::visibilityChanged, toggle, &QAction::setChecked);
    connect(toggle, &QAction::triggered, dock, [this, dock](bool seen) {
        if (seen) {
            bringToFront(dock->widget());
            focusIn(*dock->widget());
        } else {
            dock->hide();
        }
    });
    return {dock, toggle, type.place};
}

QDockWidget* WindowDocks::frontOf(PanelPlace place) const {
    const auto found =
        std::find_if(docks_.begin(), docks_.end(), [&](const Dock& dock) { return dock.place == place; });
    return found == docks_.end() ? nullptr : found->widget;
}

void WindowDocks::arrange() {
    for (const Dock& dock : docks_) {
        if (frontOf(dock.place) == dock.widget) {
            const Qt::DockWidgetArea area = areaOf(dock.place);
            window_.addDockWidget(area, dock.widget,
                                  area == Qt::RightDockWidgetArea ? Qt::Vertical : Qt::Horizontal);
        }
    }
    for (size_t i = 1; i < docks_.size(); ++i) {
        if (docks_[i].place == docks_[i - 1].place) {
            window_.tabifyDockWidget(docks_[i - 1].widget, docks_[i].widget);
        }
    }
    for (const Dock& dock : docks_) {
        frontOf(dock.place)->raise();
    }
}

/// Takes effect only on docks that are laid out, so after the window is shown.
void WindowDocks::setDefaultSizes() {
    QList<QDockWidget*> beside;
    for (const PanelPlace place : kBottom) {
        if (QDockWidget* dock = frontOf(place)) {
            beside << dock;
        }
    }
    if (!beside.isEmpty()) {
        window_.resizeDocks(beside, QList<int>(beside.size(), 1), Qt::Horizontal);
        window_.resizeDocks({beside.front()}, {std::min(kBottomHeight, window_.height() * 2 / 5)},
                            Qt::Vertical);
    }
    QDockWidget* upper = frontOf(PanelPlace::RightTop);
    QDockWidget* lower = frontOf(PanelPlace::RightBottom);
    if (upper) {
        window_.resizeDocks({upper}, {kRightWidth}, Qt::Horizontal);
    }
    if (upper && lower) {
        window_.resizeDocks({upper, lower}, {window_.height() - kLowerRightHeight, kLowerRightHeight},
                            Qt::Vertical);
    }
}

void WindowDocks::bringToFront(QWidget* panel) {
    const auto found = std::find_if(docks_.begin(), docks_.end(),
                                    [&](const Dock& dock) { return dock.widget->widget() == panel; });
    if (found != docks_.end()) {
        found->widget->show();
        found->widget->raise();
    }
}

void WindowDocks::setWorkspaceVisible(bool visible) {
    for (const Dock& dock : docks_) {
        dock.toggle->setEnabled(visible);
    }
    if (visible) {
        for (QDockWidget* dock : hiddenForWelcome_) {
            dock->show();
        }
        hiddenForWelcome_.clear();
        if (!layoutRestored_) {
            layoutRestored_ = true;
            QTimer::singleShot(0, this, &WindowDocks::setDefaultSizes);
        }
        return;
    }
    for (const Dock& dock : docks_) {
        if (!dock.widget->isHidden()) {
            dock.widget->hide();
            hiddenForWelcome_.push_back(dock.widget);
        }
    }
}

// ---- layouts

void WindowDocks::resetLayout() {
    window_.restoreState(defaultLayout_, kLayoutVersion);
    QTimer::singleShot(0, this, &WindowDocks::setDefaultSizes);
}

QStringList WindowDocks::names() const {
    QStringList names;
    for (const Dock& dock : docks_) {
        names << dock.widget->objectName();
    }
    return names;
}

void WindowDocks::saveLayout(QSettings& settings) const {
    settings.setValue(kLayout, window_.saveState(kLayoutVersion));
    settings.setValue(kPanels, names());
}

void WindowDocks::restoreLayout(const QSettings& settings) {
    if (!window_.restoreState(settings.value(kLayout).toByteArray(), kLayoutVersion)) {
        return;
    }
    layoutRestored_ = true;
    const QStringList known = settings.value(kPanels).toStringList();
    for (const Dock& dock : docks_) {
        if (!known.contains(dock.widget->objectName())) {
            putInPlace(dock);
        }
    }
}

void WindowDocks::putInPlace(const Dock& dock) {
    QDockWidget* front = frontOf(dock.place);
    if (front != dock.widget && !front->isFloating()) {
        window_.tabifyDockWidget(front, dock.widget);
        front->raise();
    } else {
        window_.addDockWidget(areaOf(dock.place), dock.widget);
    }
    dock.widget->show();
}

void WindowDocks::addToggles(QMenu& menu) const {
    for (const Dock& dock : docks_) {
        menu.addAction(dock.toggle);
    }
}

}  // namespace qs::app
