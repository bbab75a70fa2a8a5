#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTimer>

namespace qs::test {

/// Runs the event loop until `condition` holds, for `milliseconds` at most; whether it holds then.
/// QTest::qWaitFor sleeps for 10 ms between two looks, which every message from thread to thread and from the
/// engine waits for; this goes on as soon as one arrives.
template <typename Condition>
bool waitUntil(Condition condition, int milliseconds) {
    const QDeadlineTimer deadline(milliseconds);
    QTimer look;  // at what changes without an event
    look.start(10);
    while (!condition()) {
        if (deadline.hasExpired()) {
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

}  // namespace qs::test
