#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "core/job.h"
#include "protocol/messages/jobs.h"
#include "protocol/rpc.h"

namespace qs {

/// A request and the flag that stops it.
struct QueuedRequest {
    protocol::Request request;
    CancelToken token;
};

/// Requests on their way from the reader thread to a worker, in order, and the one that is being worked on.
class RequestQueue {
  public:
    void push(protocol::Request request);
    /// Whether a request with this id is waiting or running.
    bool contains(int64_t id) const;

    /// Waits for the next request, which counts as running until finish(); empty once the queue is closed.
    std::optional<QueuedRequest> pop();
    void finish();

    /// Stops the running request or takes a waiting one out. The latter is returned: its answer is the
    /// caller's duty.
    std::optional<protocol::Request> cancel(int64_t id);

    /// Cancels what runs, drops what waits, and ends pop().
    void close();

    /// How far the request is, where it is the running one.
    void report(int64_t id, const Progress& progress);
    std::vector<protocol::JobInfo> list() const;

  private:
    struct Running {
        int64_t id = 0;
        std::string method;
        CancelToken token;
        Progress progress;
    };

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<QueuedRequest> waiting_;
    std::optional<Running> running_;
    bool closed_ = false;
};

}  // namespace qs
