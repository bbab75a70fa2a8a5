#pragma once

#include <QByteArray>
#include <QObject>
#include <QThread>
#include <QTimer>
#include <any>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "protocol/messages/jobs.h"
#include "protocol/rpc.h"

namespace qs::app {

/// Makes what a request's handlers take of the value of its answer (`part` empty) or of a part of it.
/// Called on the reader's thread; throws protocol::JsonError.
using Decode = std::any (*)(const std::string& part, const nlohmann::json& value);

/// Leaves the value as it is.
std::any decodeJson(const std::string& part, const nlohmann::json& value);

struct ReadAnswer {
    int64_t id = 0;
    std::any result;
    std::optional<protocol::RpcError> error;
    std::string unreadable;  ///< why the result could not be decoded; empty: it could
};

struct ReadPart {
    int64_t id = 0;
    std::string part;
    std::any value;
};

using ReadMessage = std::variant<ReadAnswer, ReadPart, protocol::ProgressNote, protocol::JobList>;

/// Reads what an engine writes on a thread of its own: framing, JSON and structs. An answer for thousands of
/// layers takes a tenth of a second, in which a window is not to wait. Messages keep their order, and each is
/// received in a turn of its own of the event loop; what is no message, and what nobody expects, is logged or
/// left out.
class MessageReader : public QObject {
    Q_OBJECT
  public:
    using Receive = std::function<void(ReadMessage& message)>;

    /// `receive` is called on the thread of the object, which must be the one that calls its methods.
    explicit MessageReader(Receive receive, QObject* parent = nullptr);
    ~MessageReader() override;

    /// Another stream begins; nothing of the former is received any more.
    void reset();
    /// How the values for a request are read. Call it before the request is sent.
    void expect(int64_t id, Decode decode);
    void feed(const QByteArray& bytes);
    /// Waits until all that was fed has been read, and has it received. For the end of a stream.
    void receiveAll();

  private:
    class Worker;

    void receiveNext();

    Receive receive_;
    int stream_ = 0;                                 ///< counts streams
    std::deque<std::shared_ptr<ReadMessage>> read_;  ///< of this stream, and not received yet
    QTimer turn_;
    QThread thread_;
    Worker* worker_;  ///< lives on thread_, and goes with it
};

}  // namespace qs::app
