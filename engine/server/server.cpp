#include "server/server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "core/guard.h"
#include "core/log.h"
#include "core/presentable.h"
#include "protocol/framing.h"
#include "protocol/json.h"
#include "protocol/rpc.h"
#include "server/output.h"
#include "server/request_queue.h"

namespace qs {

using nlohmann::json;
using protocol::InvalidMessage;
using protocol::Notification;
using protocol::Request;
using protocol::Response;
using protocol::RpcError;

namespace {

int codeOf(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage:
            return protocol::kUsage;
        case ErrorKind::Cancelled:
            return protocol::kRequestCancelled;
        case ErrorKind::Failed:
            break;
    }
    return protocol::kFailed;
}

std::optional<double> percentOrAbsent(double value) {
    return value < 0 ? std::nullopt : std::optional(value);
}

class Server {
  public:
    Server(int input, int output, const HandlerTable& handlers)
        : input_(input), output_(output), handlers_(handlers) {}

    void run() {
        std::thread worker([this] { work(); });
        readAll();
        queue_.close();
        worker.join();
    }

  private:
    // ---- reader thread

    void readAll() {
        char bytes[1 << 16];
        while (!shutdown_) {
            const ssize_t count = ::read(input_, bytes, sizeof(bytes));
            if (count == 0 || (count < 0 && errno != EINTR)) {
                return;
            }
            decoder_.feed({bytes, static_cast<size_t>(std::max<ssize_t>(count, 0))});
            readFrames();
        }
    }

    void readFrames() {
        while (auto frame = shutdown_ ? std::nullopt : decoder_.next()) {
            if (const auto* error = std::get_if<protocol::FrameError>(&*frame)) {
                fail(std::nullopt, protocol::kParseError, error->message);
            } else {
                std::visit([this](auto&& message) { receive(message); },
                           protocol::parseMessage(std::get<json>(*frame)));
            }
        }
    }

    void receive(const Request& request) {
        if (request.method == "shutdown") {
            succeed(request.id, nullptr);
            shutdown_ = true;
        } else if (!handlers_.contains(request.method)) {
            fail(request.id, protocol::kUnknownMethod, "unknown method '" + request.method + "'");
        } else if (!queue_.push(request)) {
            fail(std::nullopt, protocol::kInvalidRequest,
                 "request id " + std::to_string(request.id) + " is in use by an earlier request");
        }
    }

    void receive(const Notification& note) {
        if (note.method != "$/cancelRequest") {
            spdlog::warn("notification {} is not known", presentable(note.method));
            return;
        }
        try {
            if (const auto waiting = queue_.cancel(note.params.get<protocol::CancelParams>().id)) {
                fail(waiting->id, protocol::kRequestCancelled, cancelled().message);
            }
        } catch (const protocol::JsonError& error) {
            spdlog::warn("$/cancelRequest: {}", presentable(error.what()));
        }
    }

    void receive(const Response&) { spdlog::warn("a response arrived; the engine asks nothing"); }

    void receive(const InvalidMessage& message) {
        fail(message.id, protocol::kInvalidRequest, message.reason);
    }

    // ---- worker thread

    void work() {
        while (const auto next = queue_.pop()) {
            const Result<json> result = handle(*next);
            // Free the id before the client can know that it may be used again.
            queue_.finish();
            if (result) {
                succeed(next->request.id, *result);
            } else {
                fail(next->request.id, codeOf(result.error().kind), result.error().message);
            }
        }
    }

    Result<json> handle(const QueuedRequest& queued) {
        const Request& request = queued.request;
        Job job([this, id = request.id](const Progress& progress) { report(id, progress); }, queued.token,
                [this, id = request.id](const TrainingPoint& point) { report(id, point); });
        try {
            return handlers_.find(request.method)->second(request.params, job);
        } catch (const protocol::JsonError& error) {
            return usageError(request.method + ": " + error.what());
        } catch (const std::exception& error) {
            return failure(request.method + ": " + exceptionSummary(error));
        }
    }

    void report(int64_t id, const Progress& progress) {
        const protocol::ProgressNote note{id, progress.done, progress.total, progress.message,
                                          progress.etaSeconds};
        output_.send(toJson(Notification{"$/progress", note}));
    }

    void report(int64_t id, const TrainingPoint& point) {
        const protocol::TrainingNote note{
            id, {point.epoch, point.step, point.loss, percentOrAbsent(point.validationTop1)}};
        output_.send(toJson(Notification{"$/training", note}));
    }

    // ---- both

    void succeed(int64_t id, json result) {
        output_.send(toJson(Response{id, std::move(result), std::nullopt}));
    }

    void fail(std::optional<int64_t> id, int code, const std::string& message) {
        output_.send(toJson(Response{id, nullptr, RpcError{code, presentable(message)}}));
    }

    int input_;
    Output output_;
    const HandlerTable& handlers_;
    protocol::FrameDecoder decoder_;
    RequestQueue queue_;
    bool shutdown_ = false;
};

/// The descriptor that standard output had, which is then the protocol's alone; -1 on failure. Whatever
/// prints to standard output afterwards (oneDNN does) reaches standard error.
int takeStandardOutput() {
    std::fflush(stdout);
    const int own = ::dup(STDOUT_FILENO);
    if (own < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return -1;
    }
    return own;
}

}  // namespace

void serveRequests(int input, int output, const HandlerTable& handlers) {
    Server(input, output, handlers).run();
}

int serve(const HandlerTable& handlers) {
    const int output = takeStandardOutput();
    if (output < 0) {
        std::fprintf(stderr, "qscope serve: standard output cannot be used\n");
        return 1;
    }
    // A client that goes away is noticed by read() and write(), not by a signal.
    std::signal(SIGPIPE, SIG_IGN);
    setUpLogging();
    serveRequests(STDIN_FILENO, output, handlers);
    return 0;
}

}  // namespace qs
