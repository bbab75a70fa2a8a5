#include "app/client/engine_client.h"

#include <QLoggingCategory>
#include <algorithm>
#include <utility>
#include <variant>

#include "protocol/framing.h"
#include "protocol/json.h"

namespace qs::app {

using nlohmann::json;
using protocol::Notification;
using protocol::Request;

namespace {

Q_LOGGING_CATEGORY(lcEngine, "qs.engine", QtWarningMsg)

constexpr qsizetype kErrorTailBytes = 8192;
/// How long the end of the program waits for an engine to go by itself, and then to be gone.
constexpr int kLastWaitMs = 300;

void endSoon(QProcess& process, std::chrono::milliseconds grace) {
    QTimer::singleShot(grace, &process, [&process] { process.kill(); });
}

}  // namespace

RequestHandle::RequestHandle(EngineClient* client, int64_t id) : client_(client), id_(id) {}

bool RequestHandle::isPending() const {
    return client_ && client_->pending_.contains(id_);
}

void RequestHandle::cancel() {
    if (client_) {
        client_->cancel(id_);
    }
}

EngineClient::EngineClient(EngineCommand command, EngineOptions options, QObject* parent)
    : QObject(parent), command_(std::move(command)), options_(options), reader_([this](ReadMessage& message) {
          std::visit([this](const auto& kind) { receive(kind); }, message);
      }) {
    for (QTimer* timer : {&startTimer_, &handshakeTimer_, &cancelTimer_}) {
        timer->setSingleShot(true);
    }
    connect(&startTimer_, &QTimer::timeout, this, &EngineClient::launch);
    connect(&handshakeTimer_, &QTimer::timeout, this,
            [this] { giveUpOn(tr("The engine did not answer after it was started.")); });
    connect(&cancelTimer_, &QTimer::timeout, this, &EngineClient::escalate);
}

EngineClient::~EngineClient() {
    const QList<QProcess*> processes = findChildren<QProcess*>();
    for (QProcess* process : processes) {
        process->disconnect();
        process->closeWriteChannel();
    }
    for (QProcess* process : processes) {
        if (process->state() != QProcess::NotRunning && !process->waitForFinished(kLastWaitMs)) {
            process->kill();
            process->waitForFinished(kLastWaitMs);
        }
    }
}

// ---- the process

void EngineClient::start() {
    if (state_ == State::Stopped || state_ == State::Failed) {
        failedStarts_ = 0;
        launch();
    }
}

void EngineClient::stop() {
    startTimer_.stop();
    letGoOfProcess();
    setState(State::Stopped);
    emit jobsChanged({});
    failAll({protocol::kEngineDied, tr("The engine was stopped.")});
}

void EngineClient::restart() {
    stop();
    start();
}

void EngineClient::launch() {
    process_ = new QProcess(this);
    errorTail_.clear();
    deathReason_.clear();
    used_ = false;
    incompatible_ = false;
    handshakeId_ = nextId_++;
    reader_.reset();
    reader_.expect(handshakeId_, [](const std::string&, const json& value) {
        return std::any(value.get<protocol::EngineInfo>());
    });
    connect(process_, &QProcess::started, this, &EngineClient::handshake);
    connect(process_, &QProcess::readyReadStandardOutput, this, &EngineClient::onOutput);
    connect(process_, &QProcess::readyReadStandardError, this, &EngineClient::onErrorOutput);
    connect(process_, &QProcess::finished, this, &EngineClient::onFinished);
    connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            died(tr("The engine \"%1\" cannot be started: %2.")
                     .arg(command_.program, process_->errorString()));
        }
    });
    setState(State::Starting);
    uptime_.start();
    handshakeTimer_.start(options_.handshake);
    process_->start(command_.program, command_.arguments);
}

void EngineClient::setState(State state) {
    if (state_ != state) {
        state_ = state;
        emit stateChanged(state);
    }
}

qint64 EngineClient::processId() const {
    return process_ ? process_->processId() : 0;
}

void EngineClient::handshake() {
    send(toJson(Request{handshakeId_, "initialize", json::object()}));
}

void EngineClient::onHandshake(const ReadAnswer& answer) {
    if (answer.error) {
        giveUpOn(tr("The engine refused to start: %1").arg(QString::fromStdString(answer.error->message)));
        return;
    }
    if (!answer.unreadable.empty()) {
        qCWarning(lcEngine) << "what the engine says of itself cannot be read:" << answer.unreadable.c_str();
        return;
    }
    info_ = std::any_cast<const protocol::EngineInfo&>(answer.result);
    handshakeTimer_.stop();
    if (info_.protocol_version != protocol::kProtocolVersion) {
        incompatible_ = true;
        giveUpOn(tr("The engine speaks version %1 of the protocol and this program version %2: "
                    "install the same version of both.")
                     .arg(info_.protocol_version)
                     .arg(protocol::kProtocolVersion));
        return;
    }
    setState(State::Ready);
    for (const Request& request : std::exchange(queue_, {})) {
        used_ = true;
        put(request);
    }
    emit engineStarted(info_);
}

void EngineClient::onErrorOutput() {
    const QByteArray bytes = process_->readAllStandardError();
    qCDebug(lcEngine).noquote() << bytes.trimmed();
    errorTail_ = (errorTail_ + bytes).right(kErrorTailBytes);
}

QString EngineClient::errorOutput() const {
    return QString::fromUtf8(errorTail_).trimmed();
}

QString EngineClient::lastErrorLine() const {
    return errorOutput().section(u'\n', -1);
}

void EngineClient::giveUpOn(const QString& reason) {
    deathReason_ = reason;
    if (process_) {
        process_->kill();
    }
}

void EngineClient::onFinished(int exitCode, QProcess::ExitStatus status) {
    // What the engine wrote before it ended still counts; a handler may then stop or restart the client.
    const QProcess* finished = process_;
    onErrorOutput();
    onOutput();
    reader_.receiveAll();
    if (process_ != finished) {
        return;
    }
    QString reason = deathReason_;
    if (reason.isEmpty()) {
        reason = status == QProcess::CrashExit ? tr("The engine crashed.")
                                               : tr("The engine ended with exit code %1.").arg(exitCode);
        if (const QString line = lastErrorLine(); !line.isEmpty()) {
            reason += u' ' + tr("Its last words: %1").arg(line);
        }
    }
    died(reason);
}

/// Before the engine proved of use. A crash during a request is the request's fault: what follows is another
/// start.
bool EngineClient::startFailed() const {
    return !used_ && !uptime_.hasExpired(options_.stable.count());
}

void EngineClient::died(const QString& reason) {
    failedStarts_ = startFailed() ? failedStarts_ + 1 : 0;
    letGoOfProcess();
    if (incompatible_ || failedStarts_ >= options_.maxFailedStarts) {
        setState(State::Failed);
    } else {
        const int doublings = std::clamp(failedStarts_ - 1, 0, 10);
        startTimer_.start(failedStarts_ == 0 ? std::chrono::milliseconds(0)
                                             : options_.backoff * (1 << doublings));
        setState(State::Waiting);
    }
    emit engineDied(reason);
    emit jobsChanged({});
    failAll({protocol::kEngineDied, reason});
}

/// Closes the engine's input, which ends it, and sees to it that it is gone later.
void EngineClient::letGoOfProcess() {
    handshakeTimer_.stop();
    cancelTimer_.stop();
    reader_.reset();
    if (QProcess* process = std::exchange(process_, nullptr)) {
        process->disconnect(this);
        if (process->state() == QProcess::NotRunning) {
            process->deleteLater();
        } else {
            connect(process, &QProcess::finished, process, &QObject::deleteLater);
            process->closeWriteChannel();
            endSoon(*process, options_.terminateGrace);
        }
    }
}

// ---- requests

RequestHandle EngineClient::request(const std::string& method, json params, RequestHandlers handlers) {
    const int64_t id = nextId_++;
    pending_.emplace(id, Pending{method, std::move(handlers)});
    switch (state_) {
        case State::Ready:
            used_ = true;
            put({id, method, std::move(params)});
            break;
        case State::Starting:
        case State::Waiting:
            queue_.push_back({id, method, std::move(params)});
            break;
        case State::Stopped:
        case State::Failed:
            failLater(id, {protocol::kEngineDied, tr("The engine is not running.")});
            break;
    }
    return {this, id};
}

void EngineClient::put(const Request& request) {
    if (const auto found = pending_.find(request.id); found != pending_.end()) {
        reader_.expect(request.id, found->second.handlers.decode);
    }
    send(toJson(request));
}

void EngineClient::send(const json& message) {
    const std::string bytes = protocol::encodeFrame(message);
    process_->write(bytes.data(), static_cast<qint64>(bytes.size()));
}

void EngineClient::fail(int64_t id, EngineError error) {
    if (auto node = pending_.extract(id)) {
        const Pending& pending = node.mapped();
        if (pending.handlers.onError) {
            error.code = pending.cancelled ? protocol::kRequestCancelled : error.code;
            pending.handlers.onError(error);
        }
    }
}

void EngineClient::failAll(const EngineError& error) {
    queue_.clear();
    // Handlers may put new requests, which are not to fail with these.
    std::vector<int64_t> ids;
    for (const auto& [id, pending] : pending_) {
        ids.push_back(id);
    }
    for (const int64_t id : ids) {
        fail(id, error);
    }
}

void EngineClient::failLater(int64_t id, const EngineError& error) {
    QTimer::singleShot(0, this, [this, id, error] { fail(id, error); });
}

void EngineClient::onOutput() {
    reader_.feed(process_->readAllStandardOutput());
}

void EngineClient::receive(const ReadAnswer& answer) {
    if (answer.id == handshakeId_) {
        onHandshake(answer);
        return;
    }
    if (answer.error) {
        fail(answer.id,
             {answer.error->code, QString::fromStdString(answer.error->message), answer.error->data});
    } else if (!answer.unreadable.empty()) {
        fail(answer.id,
             {protocol::kFailed,
              tr("The engine's answer cannot be read: %1").arg(QString::fromStdString(answer.unreadable))});
    } else if (auto node = pending_.extract(answer.id)) {
        if (const auto& onResult = node.mapped().handlers.onResult) {
            onResult(answer.result);
        }
    }
    watchCancellation();
}

void EngineClient::receive(const ReadPart& part) {
    if (const auto found = pending_.find(part.id); found != pending_.end()) {
        // A copy: what it does may end the request.
        if (const auto onPartial = found->second.handlers.onPartial) {
            onPartial(part.part, part.value);
        }
    }
}

void EngineClient::receive(const protocol::ProgressNote& note) {
    if (const auto found = pending_.find(note.id); found != pending_.end()) {
        if (const auto onProgress = found->second.handlers.onProgress) {
            onProgress(note);
        }
    }
}

void EngineClient::receive(const protocol::JobList& jobs) {
    emit jobsChanged(jobs);
}

// ---- cancellation

void EngineClient::cancel(int64_t id) {
    const auto found = pending_.find(id);
    if (found == pending_.end() || found->second.cancelled) {
        return;
    }
    found->second.cancelled = true;
    const auto queued =
        std::find_if(queue_.begin(), queue_.end(), [id](const Request& r) { return r.id == id; });
    if (queued != queue_.end()) {
        queue_.erase(queued);
        failLater(id, {protocol::kRequestCancelled, tr("Cancelled.")});
    } else if (state_ == State::Ready) {
        send(toJson(Notification{"$/cancelRequest", protocol::CancelParams{id}}));
        watchCancellation();
    }
}

/// Keeps the timer running as long as a cancelled request is unanswered.
void EngineClient::watchCancellation() {
    const bool waiting =
        std::any_of(pending_.begin(), pending_.end(), [](const auto& p) { return p.second.cancelled; });
    if (!waiting) {
        cancelTimer_.stop();
    } else if (!cancelTimer_.isActive()) {
        cancelTimer_.start(options_.cancelGrace);
    }
}

void EngineClient::escalate() {
    if (process_) {
        deathReason_ = tr("The engine did not stop when asked to and was ended.");
        process_->terminate();
        endSoon(*process_, options_.terminateGrace);
    }
}

}  // namespace qs::app
