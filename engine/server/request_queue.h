#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>

#include "core/job.h"
#include "protocol/rpc.h"

namespace qs {

/// A request and the flag that stops it.
struct QueuedRequest {
    protocol::Request request;
    CancelToken token;
};

/// Requests on their way from the reader thread to the worker, in order, and the one that is being worked on.
class RequestQueue {
  public:
    /// False if a request with this id is waiting or running already.
    bool push(protocol::Request request);

    /// Waits for the next request, which counts as running until finish(); empty once the queue is closed.
    std::optional<QueuedRequest> pop();
    void finish();

    /// Stops the running request or takes a waiting one out. The latter is returned: its answer is the
    /// caller's duty.
    std::optional<protocol::Request> cancel(int64_t id);

    /// Cancels what runs, drops what waits, and ends pop().
    void close();

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<QueuedRequest> waiting_;
    std::optional<int64_t> running_;
    CancelToken runningToken_;
    bool closed_ = false;
};

}  // namespace qs
