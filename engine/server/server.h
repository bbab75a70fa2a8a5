#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "core/job.h"
#include "core/result.h"

namespace qs {

/// The job of a request: what it reports goes to the client under the request's id.
class RequestJob : public Job {
  public:
    using PartialSink = std::function<void(const std::string& part, nlohmann::json value)>;

    RequestJob() = default;
    RequestJob(ProgressSink progress, CancelToken token, TrainingSink training, PartialSink partial)
        : Job(std::move(progress), std::move(token), std::move(training)), partial_(std::move(partial)) {}

    /// A part of the answer (protocol::PartialNote).
    void partial(const std::string& part, nlohmann::json value) const {
        if (partial_) {
            partial_(part, std::move(value));
        }
    }

  private:
    PartialSink partial_;
};

/// What answers a request. It polls `job` for cancellation; its progress, training points and partial results
/// go to the client under the request's id. An exception becomes a failure.
using Handler = std::function<Result<nlohmann::json>(const nlohmann::json& params, RequestJob& job)>;

/// Which thread answers, one request at a time in the order in which they came.
enum class Lane {
    Job,       ///< computes; listed by "jobs.list"
    Question,  ///< says within 100 ms what is known, while a job may be running
};

struct Method {
    template <std::convertible_to<Handler> F>
    requires(!std::same_as<std::remove_cvref_t<F>, Method>) Method(F&& function, Lane which = Lane::Job)
        : handler(std::forward<F>(function)), lane(which) {}
    Method() = default;

    Result<nlohmann::json> operator()(const nlohmann::json& params, RequestJob& job) const {
        return handler(params, job);
    }

    Handler handler;
    Lane lane = Lane::Job;
};

using HandlerTable = std::map<std::string, Method, std::less<>>;

/// Reads framed JSON-RPC requests from descriptor `input` and writes answers to `output` until "shutdown" or
/// the end of the input; then the running job is cancelled, queued ones are dropped, and it returns.
///
/// Every request gets exactly one response. "$/cancelRequest" takes effect at once, on requests that wait as
/// well as on the one that runs: both end in kRequestCancelled (a request that finishes all the same keeps
/// its result). "shutdown", "jobs.list" and unknown methods are answered out of turn. Whenever a job comes,
/// starts or goes "$/jobs" tells which there are.
void serveRequests(int input, int output, const HandlerTable& handlers);

/// The methods of protocol/messages.h on a Workbench of their own. With the environment variable
/// QSCOPE_TEST_HOOKS=1 there is also "debug.crash", which aborts the process, for tests of what the window
/// does then.
HandlerTable workbenchHandlers();

/// Serves `handlers` on standard input and output until the client goes; returns the exit code. From here on
/// what libraries print to standard output (oneDNN does) goes to standard error: the descriptor is the
/// protocol's alone.
int serve(const HandlerTable& handlers);

/// `qscope serve`: serve() with workbenchHandlers().
int serve();

}  // namespace qs
