#include "app/action_queue.h"

#include <iterator>

namespace qs::app {

ActionQueue::ActionQueue(Session& session, QObject* parent) : QObject(parent) {
    // Queued: the session lets go of a job before the next one begins. A job that ended before run() is none
    // of these steps, though its news may come after it.
    connect(&session, &Session::jobFinished, this, [this](JobOutcome outcome) {
        QMetaObject::invokeMethod(
            this,
            [this, outcome, run = run_] {
                if (run == run_) {
                    outcome == JobOutcome::Finished ? next() : steps_.clear();
                }
            },
            Qt::QueuedConnection);
    });
}

void ActionQueue::run(std::vector<std::function<bool()>> steps) {
    ++run_;
    steps_.assign(std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
    next();
}

void ActionQueue::next() {
    if (steps_.empty()) {
        return;
    }
    const auto step = std::move(steps_.front());
    steps_.pop_front();
    if (!step()) {
        steps_.clear();
    }
}

}  // namespace qs::app
