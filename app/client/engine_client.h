#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/client/message_reader.h"
#include "protocol/messages.h"
#include "protocol/rpc.h"

namespace qs::app {

/// How to start an engine: a program and its arguments. {"ssh", {"host", "qscope", "serve"}} is an engine
/// elsewhere.
struct EngineCommand {
    QString program;
    QStringList arguments;
};

/// How patient the client is.
struct EngineOptions {
    std::chrono::milliseconds handshake{60'000};      ///< start to the answer to "initialize"
    std::chrono::milliseconds cancelGrace{5'000};     ///< cancel request to terminate (SIGTERM)
    std::chrono::milliseconds terminateGrace{2'000};  ///< terminate to kill
    /// A start has failed if the engine dies before `stable` has passed and before a request was put to it.
    /// After this many failed starts in a row the client gives up until restart() is called.
    int maxFailedStarts = 3;
    std::chrono::milliseconds stable{10'000};
    std::chrono::milliseconds backoff{
        500};  ///< before the second start in a row; doubles with each further one
};

/// Why a request failed.
struct EngineError {
    int code = 0;              ///< of protocol/rpc.h
    QString message;           ///< a sentence for a person
    nlohmann::json data = {};  ///< what this program may go by: an object, or null
};

/// To whom the outcome of a request goes. Exactly one of onResult and onError is called, never before
/// request() has returned; notes come before it. Empty functions are skipped. An answer that `decode` cannot
/// read is an error.
struct RequestHandlers {
    Decode decode = decodeJson;  ///< of what onResult and onPartial get
    std::function<void(const std::any& result)> onResult;
    std::function<void(const EngineError& error)> onError;
    std::function<void(const protocol::ProgressNote& note)> onProgress;
    std::function<void(const std::string& part, const std::any& value)> onPartial;
};

class EngineClient;

/// Refers to a request; copies refer to the same one. Outliving the request or the client is harmless.
class RequestHandle {
  public:
    RequestHandle() = default;
    bool isPending() const;
    /// Asks the engine to stop; the request then ends in onError with kRequestCancelled. An engine that does
    /// not obey within EngineOptions::cancelGrace is terminated, then killed, and a new one is started.
    void cancel();

  private:
    friend class EngineClient;
    RequestHandle(EngineClient* client, int64_t id);
    QPointer<EngineClient> client_;
    int64_t id_ = 0;
};

/// An engine process and the requests in flight. Everything is asynchronous on the thread that owns it: no
/// call waits, and what the engine writes is read on another one. When the process dies every pending request
/// fails at once, and a new process is started; requests made meanwhile wait for it.
class EngineClient : public QObject {
    Q_OBJECT
  public:
    enum class State {
        Stopped,   ///< not started yet, or stopped on request
        Starting,  ///< the process runs, the handshake is under way
        Ready,
        Waiting,  ///< died; the next start is scheduled
        Failed    ///< gave up after several failed starts
    };
    Q_ENUM(State)

    explicit EngineClient(EngineCommand command, EngineOptions options = {}, QObject* parent = nullptr);
    ~EngineClient() override;

    void start();
    /// Ends the process (its standard input is closed, then it is killed) and fails what is pending.
    void stop();
    /// Starts afresh, also from Failed.
    void restart();

    State state() const { return state_; }
    /// Of the engine that is running, or of the last one that was.
    const protocol::EngineInfo& engineInfo() const { return info_; }
    /// Process id of the running engine, 0 if there is none.
    qint64 processId() const;
    /// The last lines that the engine wrote to its standard error.
    QString errorOutput() const;
    size_t pendingCount() const { return pending_.size(); }

    /// Queues the request until the engine is ready. In Stopped and Failed it fails with kEngineDied.
    RequestHandle request(const std::string& method, nlohmann::json params, RequestHandlers handlers);

  signals:
    void stateChanged(qs::app::EngineClient::State state);
    void engineStarted(const qs::protocol::EngineInfo& info);
    /// `reason` is a sentence for a person, with the end of the engine's error output where it says more.
    void engineDied(const QString& reason);
    /// The engine's jobs, whenever one comes, starts or goes; none where there is no engine.
    void jobsChanged(const qs::protocol::JobList& jobs);

  private:
    friend class RequestHandle;
    struct Pending {
        std::string method;
        RequestHandlers handlers;
        bool cancelled = false;
    };

    void launch();
    void setState(State state);
    void handshake();
    void onHandshake(const ReadAnswer& answer);
    void onOutput();
    void onErrorOutput();
    void onFinished(int exitCode, QProcess::ExitStatus status);
    void died(const QString& reason);
    bool startFailed() const;
    void letGoOfProcess();
    /// Kills the process; it counts as dead for `reason`.
    void giveUpOn(const QString& reason);
    QString lastErrorLine() const;
    void fail(int64_t id, EngineError error);
    void failAll(const EngineError& error);
    void failLater(int64_t id, const EngineError& error);
    void receive(const ReadAnswer& answer);
    void receive(const ReadPart& part);
    void receive(const protocol::ProgressNote& note);
    void receive(const protocol::JobList& jobs);
    void put(const protocol::Request& request);
    void send(const nlohmann::json& message);
    void cancel(int64_t id);
    void watchCancellation();
    void escalate();

    EngineCommand command_;
    EngineOptions options_;
    State state_ = State::Stopped;
    QProcess* process_ = nullptr;  ///< a child of this object; null where no engine runs
    protocol::EngineInfo info_;
    std::map<int64_t, Pending> pending_;
    std::vector<protocol::Request> queue_;  ///< pending requests that wait for the handshake
    int64_t nextId_ = 1;
    int64_t handshakeId_ = 0;
    int failedStarts_ = 0;
    bool used_ = false;  ///< a request was put to the process in hand
    bool incompatible_ = false;
    QElapsedTimer uptime_;
    QString deathReason_;  ///< why the client itself ended the process
    QByteArray errorTail_;
    QTimer startTimer_;
    QTimer handshakeTimer_;
    QTimer cancelTimer_;
    MessageReader reader_;
};

}  // namespace qs::app
