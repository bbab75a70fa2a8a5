#include "app/action_queue.h"

#include <iterator>
#include <utility>

namespace qs::app {

ActionQueue::ActionQueue(Session& session, QObject* parent) : QObject(parent), session_(session) {
    // Queued: the session lets go of a job before the next one begins.
    connect(
        &session, &Session::jobFinished, this,
        [this](JobOutcome outcome, const QString&, qint64 job) {
            if (auto node = waiting_.extract(job); node && outcome == JobOutcome::Finished) {
                next(std::move(node.mapped()));
            }
        },
        Qt::QueuedConnection);
}

void ActionQueue::run(std::vector<std::function<bool()>> steps) {
    next(Steps(std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end())));
}

void ActionQueue::next(Steps steps) {
    if (steps.empty()) {
        return;
    }
    const auto step = std::move(steps.front());
    steps.pop_front();
    if (step()) {
        waiting_.insert_or_assign(session_.jobs().back().id, std::move(steps));
    }
}

}  // namespace qs::app
