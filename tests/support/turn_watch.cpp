#include "support/turn_watch.h"

#include <time.h>

#include <QAbstractEventDispatcher>
#include <QEvent>
#include <QMetaEnum>
#include <QThread>
#include <algorithm>
#include <utility>

namespace qs::test {

namespace {

double processorMilliseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double clockMilliseconds() {
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

QString nameOf(const char* type, const QString& receiver, const QString& object) {
    return QStringLiteral("%1 to %2%3")
        .arg(QLatin1String(type), receiver, object.isEmpty() ? QString() : u' ' + object);
}

}  // namespace

TurnWatch::TurnWatch(int& argc, char** argv) : QApplication(argc, argv) {
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, this,
            &TurnWatch::endTurn);
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
            &TurnWatch::endTurn);
}

bool TurnWatch::notify(QObject* receiver, QEvent* event) {
    // Events of other threads come here, too.
    if (QThread::currentThread() != thread() || depth_ > 0) {
        return QApplication::notify(receiver, event);
    }
    // Before it is delivered: it may delete the receiver.
    const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type());
    const QString className = QLatin1String(receiver->metaObject()->className());
    const QString objectName = receiver->objectName();
    const double clock = clockMilliseconds();
    const double processor = processorMilliseconds();
    ++depth_;
    const bool result = QApplication::notify(receiver, event);
    --depth_;
    const double took = processorMilliseconds() - processor;
    turn_.milliseconds += clockMilliseconds() - clock;
    turn_.processor += took;
    if (took > longestEvent_) {
        longestEvent_ = took;
        turn_.longest = nameOf(type ? type : "event", className, objectName);
    }
    return result;
}

void TurnWatch::endTurn() {
    if (depth_ > 0) {
        return;
    }
    if (!turn_.longest.isEmpty()) {
        turns_.push_back(std::exchange(turn_, {}));
    }
    longestEvent_ = 0;
}

std::vector<Turn> TurnWatch::take() {
    endTurn();
    std::vector<Turn> taken = std::exchange(turns_, {});
    std::sort(taken.begin(), taken.end(),
              [](const Turn& a, const Turn& b) { return a.processor > b.processor; });
    return taken;
}

}  // namespace qs::test
