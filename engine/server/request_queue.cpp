#include "server/request_queue.h"

#include <algorithm>
#include <utility>

namespace qs {

namespace {
auto hasId(int64_t id) {
    return [id](const QueuedRequest& queued) { return queued.request.id == id; };
}
}  // namespace

void RequestQueue::push(protocol::Request request) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(request), CancelToken()});
    changed_.notify_one();
}

bool RequestQueue::contains(int64_t id) const {
    const std::lock_guard lock(mutex_);
    return (running_ && running_->id == id) || std::any_of(waiting_.begin(), waiting_.end(), hasId(id));
}

std::optional<QueuedRequest> RequestQueue::pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) {
        return std::nullopt;
    }
    QueuedRequest next = std::move(waiting_.front());
    waiting_.pop_front();
    running_ = Running{next.request.id, next.request.method, next.token, {}};
    return next;
}

void RequestQueue::finish() {
    const std::lock_guard lock(mutex_);
    running_.reset();
}

std::optional<protocol::Request> RequestQueue::cancel(int64_t id) {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->id == id) {
        running_->token.cancel();
        return std::nullopt;
    }
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), hasId(id));
    if (found == waiting_.end()) {
        return std::nullopt;
    }
    protocol::Request request = std::move(found->request);
    waiting_.erase(found);
    return request;
}

void RequestQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
    if (running_) {
        running_->token.cancel();
    }
    changed_.notify_all();
}

void RequestQueue::report(int64_t id, const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->id == id) {
        running_->progress = progress;
    }
}

std::vector<protocol::JobInfo> RequestQueue::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<protocol::JobInfo> jobs;
    if (running_) {
        const Progress& progress = running_->progress;
        jobs.push_back({running_->id, running_->method, "running", progress.done, progress.total,
                        progress.message, progress.etaSeconds});
    }
    for (const QueuedRequest& queued : waiting_) {
        jobs.push_back({queued.request.id, queued.request.method, "waiting"});
    }
    return jobs;
}

}  // namespace qs
