#include "server/server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/error_json.h"
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
        std::thread jobs([this] { work(jobs_); });
        std::thread questions([this] { work(questions_); });
        readAll();
        jobs_.close();
        questions_.close();
        jobs.join();
        questions.join();
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
        const auto method = handlers_.find(request.method);
        if (jobs_.contains(request.id) || questions_.contains(request.id)) {
            fail(std::nullopt, protocol::kInvalidRequest,
                 "request id " + std::to_string(request.id) + " is in use by an earlier request");
        } else if (request.method == "shutdown") {
            succeed(request.id, nullptr);
            shutdown_ = true;
        } else if (request.method == "jobs.list") {
            succeed(request.id, protocol::JobList{jobs_.list()});
        } else if (method == handlers_.end()) {
            fail(request.id, protocol::kUnknownMethod, "unknown method '" + request.method + "'");
        } else if (method->second.lane == Lane::Question) {
            questions_.push(request);
        } else {
            jobs_.push(request);
            tellJobs();
        }
    }

    void receive(const Notification& note) {
        if (note.method != "$/cancelRequest") {
            spdlog::warn("notification {} is not known", presentable(note.method));
            return;
        }
        try {
            cancel(note.params.get<protocol::CancelParams>().id);
        } catch (const protocol::JsonError& error) {
            spdlog::warn("$/cancelRequest: {}", presentable(error.what()));
        }
    }

    void cancel(int64_t id) {
        auto waiting = jobs_.cancel(id);
        if (waiting) {
            tellJobs();
        } else {
            waiting = questions_.cancel(id);
        }
        if (waiting) {
            fail(id, cancelled());
        }
    }

    void receive(const Response&) { spdlog::warn("a response arrived; the engine asks nothing"); }

    void receive(const InvalidMessage& message) {
        fail(message.id, protocol::kInvalidRequest, message.reason);
    }

    // ---- a thread a lane

    void work(RequestQueue& queue) {
        while (const auto next = queue.pop()) {
            if (&queue == &jobs_) {
                tellJobs();
            }
            const Result<json> result = handle(*next);
            // Free the id before the client can know that it may be used again.
            queue.finish();
            if (&queue == &jobs_) {
                tellJobs();
            }
            if (result) {
                succeed(next->request.id, *result);
            } else {
                fail(next->request.id, result.error());
            }
        }
    }

    Result<json> handle(const QueuedRequest& queued) {
        const Request& request = queued.request;
        const int64_t id = request.id;
        RequestJob job(
            [this, id](const Progress& progress) { report(id, progress); }, queued.token,
            [this, id](const TrainingPoint& point) { report(id, point); },
            [this, id](const std::string& part, json value) { report(id, part, std::move(value)); });
        try {
            return handlers_.find(request.method)->second(request.params, job);
        } catch (const protocol::JsonError& error) {
            return usageError(request.method + ": " + error.what(), {{"member", error.path()}});
        } catch (const std::exception& error) {
            return failure(request.method + ": " + exceptionSummary(error));
        }
    }

    void report(int64_t id, const Progress& progress) {
        jobs_.report(id, progress);
        const protocol::ProgressNote note{id, progress.done, progress.total, progress.message,
                                          progress.etaSeconds};
        output_.send(toJson(Notification{"$/progress", note}));
    }

    void report(int64_t id, const TrainingPoint& point) {
        report(
            id, "point",
            protocol::CurvePoint{point.epoch, point.step, point.loss, percentOrAbsent(point.validationTop1)});
    }

    void report(int64_t id, const std::string& part, json value) {
        output_.send(toJson(protocol::toNotification({id, part, std::move(value)})));
    }

    // ---- all

    void tellJobs() {
        // Together: the last that is told is what is so.
        const std::lock_guard lock(telling_);
        output_.send(toJson(Notification{"$/jobs", protocol::JobList{jobs_.list()}}));
    }

    void succeed(int64_t id, json result) {
        output_.send(toJson(Response{id, std::move(result), std::nullopt}));
    }

    void fail(std::optional<int64_t> id, int code, const std::string& message) {
        output_.send(toJson(Response{id, nullptr, RpcError{code, presentable(message)}}));
    }

    void fail(int64_t id, const Error& error) {
        output_.send(toJson(Response{
            id, nullptr, RpcError{codeOf(error.kind), presentable(error.message), toJson(error.data)}}));
    }

    int input_;
    Output output_;
    const HandlerTable& handlers_;
    protocol::FrameDecoder decoder_;
    RequestQueue jobs_;
    RequestQueue questions_;
    std::mutex telling_;
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
