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
#include "widgets/findings/findings_panel.h"
#include "widgets/inspector/summary_panel.h"
#include "widgets/profile/profile_panel.h"
#include "widgets/variants/variant_panel.h"
#include "widgets/verify/proof_panel.h"

namespace qs::app {
namespace {

constexpr int kRightWidth = 330;
constexpr int kVariantHeight = 190;
constexpr int kBottomHeight = 280;

}  // namespace

WindowDocks::WindowDocks(QMainWindow& window, ViewState& state)
    : QObject(&window),
      window_(window),
      summary_(new SummaryPanel(state, &window)),
      variants_(new VariantPanel(state, &window)),
      profile_(new ProfilePanel(state, &window)),
      findings_(new FindingsPanel(state, &window)),
      proof_(new ProofPanel(state, &window)) {
    window_.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks |
                           QMainWindow::AllowNestedDocks);
    window_.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    window_.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    summaryDock_ = addDock(QStringLiteral("summaryDock"), tr("Summary"), summary_);
    variantDock_ = addDock(QStringLiteral("variantDock"), tr("Variants"), variants_);
    for (const auto& type : chartTypes()) {
        bottomDocks_[static_cast<size_t>(type.place)].push_back(
            addDock(QLatin1String(type.id), QCoreApplication::translate("Charts", type.title),
                    type.create(state, &window_)));
    }
    bottomDocks_[0].push_back(addDock(QStringLiteral("profileDock"), tr("Profile"), profile_));
    bottomDocks_[0].push_back(addDock(QStringLiteral("findingsDock"), tr("Findings"), findings_));
    bottomDocks_[0].push_back(
        addDock(QStringLiteral("classDock"), tr("Classes"), new ClassPanel(state, &window_)));
    bottomDocks_[2].push_back(addDock(QStringLiteral("proofDock"), tr("Proof"), proof_));
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
    for (const auto& place : bottomDocks_) {
        window_.addDockWidget(Qt::BottomDockWidgetArea, place.front(), Qt::Horizontal);
    }
    for (const auto& place : bottomDocks_) {
        for (size_t i = 1; i < place.size(); ++i) {
            window_.tabifyDockWidget(place[i - 1], place[i]);
        }
        place.front()->raise();
    }
}

/// Takes effect only on docks that are laid out, so after the window is shown.
void WindowDocks::setDefaultSizes() {
    QList<QDockWidget*> beside;
    for (const auto& place : bottomDocks_) {
        beside << place.front();
    }
    window_.resizeDocks({summaryDock_}, {kRightWidth}, Qt::Horizontal);
    window_.resizeDocks(beside, QList<int>(beside.size(), 1), Qt::Horizontal);
    window_.resizeDocks({summaryDock_, variantDock_}, {window_.height() - kVariantHeight, kVariantHeight},
                        Qt::Vertical);
    window_.resizeDocks({beside.front()}, {std::min(kBottomHeight, window_.height() * 2 / 5)}, Qt::Vertical);
}

void WindowDocks::raise(const char* name) {
    const auto found = std::find_if(docks_.begin(), docks_.end(), [&](const QDockWidget* dock) {
        return dock->objectName() == QLatin1String(name);
    });
    if (found != docks_.end()) {
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
