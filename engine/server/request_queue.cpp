#include "server/request_queue.h"

#include <algorithm>
#include <utility>

namespace qs {

namespace {
auto hasId(int64_t id) {
    return [id](const QueuedRequest& queued) { return queued.request.id == id; };
}
}  // namespace

bool RequestQueue::push(protocol::Request request) {
    const std::lock_guard lock(mutex_);
    if (running_ == request.id || std::any_of(waiting_.begin(), waiting_.end(), hasId(request.id))) {
        return false;
    }
    waiting_.push_back({std::move(request), CancelToken()});
    changed_.notify_one();
    return true;
}

std::optional<QueuedRequest> RequestQueue::pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) {
        return std::nullopt;
    }
    QueuedRequest next = std::move(waiting_.front());
    waiting_.pop_front();
    running_ = next.request.id;
    runningToken_ = next.token;
    return next;
}

void RequestQueue::finish() {
    const std::lock_guard lock(mutex_);
    running_.reset();
}

std::optional<protocol::Request> RequestQueue::cancel(int64_t id) {
    const std::lock_guard lock(mutex_);
    if (running_ == id) {
        runningToken_.cancel();
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
        runningToken_.cancel();
    }
    changed_.notify_all();
}

}  // namespace qs
