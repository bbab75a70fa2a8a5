#include "app/session/job_queue.h"

#include <algorithm>
#include <utility>

namespace qs::app {

size_t JobQueue::find(int64_t id) const {
    const auto found =
        std::find_if(states_.begin(), states_.end(), [id](const JobState& job) { return job.id == id; });
    return static_cast<size_t>(found - states_.begin());
}

bool JobQueue::takes(JobKind kind) const {
    return states_.empty() || (kind == JobKind::Queued && controls_.back().kind == JobKind::Queued);
}

int64_t JobQueue::add(const QString& title, JobKind kind, std::function<void(int64_t id)> onStart) {
    JobState job;
    job.id = ++lastId_;
    job.title = title;
    states_.push_back(std::move(job));
    controls_.push_back({kind, std::move(onStart), {}});
    if (states_.size() == 1) {
        start();
    }
    emit changed();
    return lastId_;
}

void JobQueue::start() {
    JobState& first = states_.front();
    first.running = true;
    first.startedAt = JobState::Clock::now();
    if (const auto onStart = controls_.front().onStart) {
        onStart(first.id);
    }
}

void JobQueue::stopWith(std::function<void()> stop) {
    controls_.back().stop = std::move(stop);
}

void JobQueue::setProgress(int64_t id, const QString& message, int64_t done, int64_t total,
                           double etaSeconds) {
    if (const size_t at = find(id); at < states_.size()) {
        JobState& job = states_[at];
        job.message = message;
        job.done = done;
        job.total = total;
        job.etaSeconds = etaSeconds;
        emit changed();
    }
}

void JobQueue::cancel(int64_t id) {
    const size_t at = find(id);
    if (at == states_.size() || states_[at].cancelling) {
        return;
    }
    states_[at].cancelling = true;
    emit changed();
    // A copy: what it does may end the job.
    if (const size_t still = find(id); still < states_.size()) {
        if (const auto stop = controls_[still].stop) {
            stop();
        }
    }
}

void JobQueue::end(int64_t id, JobOutcome outcome) {
    const size_t at = find(id);
    if (at == states_.size()) {
        return;
    }
    const QString title = states_[at].title;
    states_.erase(states_.begin() + static_cast<std::ptrdiff_t>(at));
    controls_.erase(controls_.begin() + static_cast<std::ptrdiff_t>(at));
    if (at == 0 && !states_.empty()) {
        start();
    }
    emit changed();
    emit ended(outcome, title, id);
}

void JobQueue::abandon() {
    const auto states = std::exchange(states_, {});
    const auto controls = std::exchange(controls_, {});
    for (const Control& control : controls) {
        if (control.stop) {
            control.stop();
        }
    }
    if (!states.empty()) {
        emit changed();
    }
    for (const JobState& job : states) {
        emit ended(JobOutcome::Cancelled, job.title, job.id);
    }
}

}  // namespace qs::app
