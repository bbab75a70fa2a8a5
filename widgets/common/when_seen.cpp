#include "widgets/common/when_seen.h"

#include <QDockWidget>
#include <QEvent>
#include <utility>

namespace qs {

WhenSeen::WhenSeen(QWidget& view, std::function<void()> work)
    : QObject(&view), view_(view), work_(std::move(work)) {
    view_.installEventFilter(this);
}

void WhenSeen::request() {
    if (!view_.visibleRegion().isEmpty()) {
        wanted_ = false;
        work_();
        return;
    }
    wanted_ = true;
    // A dock behind another one's tab is not hidden, but outside of its window: no event tells when it comes.
    if (const auto* dock = qobject_cast<QDockWidget*>(view_.parentWidget()); dock && !followsDock_) {
        followsDock_ = true;
        connect(dock, &QDockWidget::visibilityChanged, this, [this](bool seen) {
            if (seen) {
                flush();
            }
        });
    }
}

bool WhenSeen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show && !qobject_cast<QDockWidget*>(view_.parentWidget())) {
        flush();
    }
    return QObject::eventFilter(watched, event);
}

void WhenSeen::flush() {
    if (std::exchange(wanted_, false)) {
        work_();
    }
}

}  // namespace qs
