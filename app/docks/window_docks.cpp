#include "app/docks/window_docks.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QTimer>
#include <algorithm>

#include "widgets/charts/chart.h"
#include "widgets/charts/chart_types.h"
#include "widgets/classes/class_panel.h"
#include "widgets/inspector/summary_panel.h"
#include "widgets/variants/variant_panel.h"

namespace qs::app {
namespace {

constexpr int kRightWidth = 330;
constexpr int kVariantHeight = 190;
constexpr int kBottomHeight = 280;
/// Charts beside each other; the others share the second and the third place as tabs, so that titles fit.
constexpr size_t kChartsSideBySide = 3;

}  // namespace

WindowDocks::WindowDocks(QMainWindow& window, ViewState& state)
    : QObject(&window),
      window_(window),
      summary_(new SummaryPanel(state, &window)),
      variants_(new VariantPanel(state, &window)) {
    window_.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks |
                           QMainWindow::AllowNestedDocks);
    window_.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    window_.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    summaryDock_ = addDock(QStringLiteral("summaryDock"), tr("Summary"), summary_);
    variantDock_ = addDock(QStringLiteral("variantDock"), tr("Variants"), variants_);
    for (const auto& type : chartTypes()) {
        chartDocks_.push_back(addDock(QLatin1String(type.id),
                                      QCoreApplication::translate("Charts", type.title),
                                      type.create(state, &window_)));
    }
    classDock_ = addDock(QStringLiteral("classDock"), tr("Classes"), new ClassPanel(state, &window_));
    arrange();
    defaultLayout_ = window_.saveState();
}

QDockWidget* WindowDocks::addDock(const QString& name, const QString& title, QWidget* content) {
    auto* dock = new QDockWidget(title, &window_);
    dock->setObjectName(name);
    dock->setWidget(content);
    docks_.push_back(dock);
    return dock;
}

void WindowDocks::arrange() {
    window_.addDockWidget(Qt::RightDockWidgetArea, summaryDock_);
    window_.addDockWidget(Qt::RightDockWidgetArea, variantDock_);
    for (size_t i = 0; i < chartDocks_.size(); ++i) {
        window_.addDockWidget(Qt::BottomDockWidgetArea, chartDocks_[i], Qt::Horizontal);
        if (i >= kChartsSideBySide) {
            window_.tabifyDockWidget(chartDocks_[1 + i % 2], chartDocks_[i]);
        }
    }
    window_.tabifyDockWidget(chartDocks_[1], classDock_);
    for (size_t i = 0; i < kChartsSideBySide; ++i) {
        chartDocks_[i]->raise();
    }
}

/// Takes effect only on docks that are laid out, so after the window is shown.
void WindowDocks::setDefaultSizes() {
    const QList<QDockWidget*> beside(chartDocks_.begin(),
                                     chartDocks_.begin() + std::min(kChartsSideBySide, chartDocks_.size()));
    window_.resizeDocks({summaryDock_}, {kRightWidth}, Qt::Horizontal);
    window_.resizeDocks(beside, QList<int>(beside.size(), 1), Qt::Horizontal);
    window_.resizeDocks({summaryDock_, variantDock_}, {window_.height() - kVariantHeight, kVariantHeight},
                        Qt::Vertical);
    window_.resizeDocks({chartDocks_.front()}, {std::min(kBottomHeight, window_.height() * 2 / 5)},
                        Qt::Vertical);
}

void WindowDocks::raise(const char* chartId) {
    const auto found = std::find_if(chartDocks_.begin(), chartDocks_.end(), [&](const QDockWidget* dock) {
        return dock->objectName() == QLatin1String(chartId);
    });
    if (found != chartDocks_.end()) {
        (*found)->show();
        (*found)->raise();
    }
}

void WindowDocks::setWorkspaceVisible(bool visible) {
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
    for (QDockWidget* dock : docks_) {
        if (!dock->isHidden()) {
            dock->hide();
            hiddenForWelcome_.push_back(dock);
        }
    }
}

void WindowDocks::resetLayout() {
    window_.restoreState(defaultLayout_);
}

void WindowDocks::addToggles(QMenu& menu) const {
    for (const QDockWidget* dock : docks_) {
        menu.addAction(dock->toggleViewAction());
    }
}

}  // namespace qs::app
