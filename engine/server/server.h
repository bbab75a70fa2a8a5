#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "core/job.h"
#include "core/result.h"

namespace qs {

/// What answers a request. Called on the worker thread, one at a time. It polls `job` for cancellation; its
/// progress and training points go to the client under the request's id. An exception becomes a failure.
using Handler = std::function<Result<nlohmann::json>(const nlohmann::json& params, Job& job)>;
using HandlerTable = std::map<std::string, Handler, std::less<>>;

/// Reads framed JSON-RPC requests from descriptor `input` and writes answers to `output` until "shutdown" or
/// the end of the input; then the running job is cancelled, queued ones are dropped, and it returns.
///
/// Every request gets exactly one response. "$/cancelRequest" takes effect at once, on requests that wait as
/// well as on the one that runs: both end in kRequestCancelled (a request that finishes all the same keeps
/// its result). "shutdown" and unknown methods are answered out of turn.
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
