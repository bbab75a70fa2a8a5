#include "app/client/message_reader.h"

#include <QCoreApplication>
#include <QEvent>
#include <QLoggingCategory>
#include <map>
#include <utility>

#include "protocol/framing.h"
#include "protocol/json.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace qs::app {

using nlohmann::json;

namespace {

Q_LOGGING_CATEGORY(lcReader, "qs.engine", QtWarningMsg)

// The thread sanitizer does not see the locks of Qt's event queue, as Qt is not built for it. It is told here
// that what was done before something is posted to `receiver` happens before that is done there.
#if defined(__SANITIZE_THREAD__)
void handOver(void* receiver) {
    __tsan_release(receiver);
}
void takeOver(void* receiver) {
    __tsan_acquire(receiver);
}
#else
void handOver(void*) {}
void takeOver(void*) {}
#endif

/// Has `work` done on the thread of `receiver`.
template <typename Receiver, typename Work>
void post(Receiver* receiver, Work work, Qt::ConnectionType type = Qt::QueuedConnection) {
    handOver(receiver);
    QMetaObject::invokeMethod(
        receiver,
        [receiver, work = std::move(work)] {
            takeOver(receiver);
            work();
        },
        type);
}

}  // namespace

std::any decodeJson(const std::string&, const json& value) {
    return std::any(std::in_place_type<json>, value);
}

/// All on the reader's thread.
class MessageReader::Worker : public QObject {
  public:
    using Deliver = std::function<void(ReadMessage)>;

    void reset() {
        decoder_.reset();
        decodes_.clear();
    }

    void expect(int64_t id, Decode decode) { decodes_[id] = decode; }

    void read(const QByteArray& bytes, const Deliver& deliver) {
        decoder_.feed({bytes.constData(), static_cast<size_t>(bytes.size())});
        while (const auto frame = decoder_.next()) {
            if (const auto* error = std::get_if<protocol::FrameError>(&*frame)) {
                qCWarning(lcReader) << "the engine wrote" << error->message.c_str();
                continue;
            }
            const protocol::Message message = protocol::parseMessage(std::get<json>(*frame));
            try {
                if (const auto* response = std::get_if<protocol::Response>(&message)) {
                    read(*response, deliver);
                } else if (const auto* note = std::get_if<protocol::Notification>(&message)) {
                    read(*note, deliver);
                }
            } catch (const protocol::JsonError& error) {
                qCWarning(lcReader) << "the engine wrote a message that cannot be read:" << error.what();
            }
        }
    }

  private:
    void read(const protocol::Response& response, const Deliver& deliver) {
        if (!response.id) {
            qCWarning(lcReader) << "the engine complains:" << response.error->message.c_str();
            return;
        }
        ReadAnswer answer;
        answer.id = *response.id;
        answer.error = response.error;
        const auto decode = decodes_.extract(answer.id);
        if (!answer.error && decode) {
            try {
                answer.result = decode.mapped()({}, response.result);
            } catch (const protocol::JsonError& error) {
                answer.unreadable = error.what();
            }
        }
        deliver(std::move(answer));
    }

    void read(const protocol::Notification& note, const Deliver& deliver) {
        if (note.method == "$/jobs") {
            deliver(note.params.get<protocol::JobList>());
        } else if (note.method == "$/progress") {
            deliver(note.params.get<protocol::ProgressNote>());
        } else if (note.method == "$/partial") {
            const auto partial = protocol::readPartial(note.params);
            const auto decode = partial ? decodes_.find(partial->id) : decodes_.end();
            if (decode != decodes_.end()) {
                deliver(ReadPart{partial->id, partial->part, decode->second(partial->part, partial->value)});
            }
        }
    }

    protocol::FrameDecoder decoder_;
    std::map<int64_t, Decode> decodes_;  ///< by request
};

MessageReader::MessageReader(Receive receive, QObject* parent)
    : QObject(parent), receive_(std::move(receive)), worker_(new Worker) {
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.start();
    turn_.setInterval(0);
    connect(&turn_, &QTimer::timeout, this, &MessageReader::receiveNext);
}

MessageReader::~MessageReader() {
    thread_.quit();
    thread_.wait();
}

void MessageReader::reset() {
    ++stream_;
    read_.clear();
    post(worker_, [worker = worker_] { worker->reset(); });
}

void MessageReader::expect(int64_t id, Decode decode) {
    post(worker_, [worker = worker_, id, decode] { worker->expect(id, decode); });
}

void MessageReader::feed(const QByteArray& bytes) {
    const auto deliver = [this, stream = stream_](ReadMessage message) {
        const auto shared = std::make_shared<ReadMessage>(std::move(message));
        post(this, [this, stream, shared] {
            if (stream == stream_) {
                read_.push_back(shared);
                turn_.start();
            }
        });
    };
    post(worker_, [worker = worker_, bytes, deliver] { worker->read(bytes, deliver); });
}

void MessageReader::receiveAll() {
    post(
        worker_, [this] { handOver(this); }, Qt::BlockingQueuedConnection);
    takeOver(this);
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
    while (!read_.empty()) {
        receiveNext();
    }
}

void MessageReader::receiveNext() {
    if (read_.empty()) {
        turn_.stop();
        return;
    }
    const auto message = std::move(read_.front());
    read_.pop_front();
    receive_(*message);
}

}  // namespace qs::app
