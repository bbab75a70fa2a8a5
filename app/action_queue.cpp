#include "app/action_queue.h"

#include <iterator>

namespace qs::app {

ActionQueue::ActionQueue(Session& session, QObject* parent) : QObject(parent) {
    // Queued: the session lets go of a job before the next one begins.
    connect(
        &session, &Session::jobFinished, this,
        [this](JobOutcome outcome) {
            if (outcome == JobOutcome::Finished) {
                next();
            } else {
                steps_.clear();
            }
        },
        Qt::QueuedConnection);
}

void ActionQueue::run(std::vector<std::function<bool()>> steps) {
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
