#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "protocol/framing.h"
#include "server/server.h"

namespace qs::test {

/// serveRequests() on a thread, and the other end of its pipes. For a child of a sandbox: the thread ends
/// with the process.
class RpcClient {
  public:
    static constexpr int64_t kId = 1;  ///< of every request

    explicit RpcClient(HandlerTable handlers);

    /// The answer to a request as text. Where none comes in time the request is cancelled, and the answer to
    /// that is waited for without end.
    protocol::Frame ask(const std::string& request, std::chrono::milliseconds time);

  private:
    void send(const std::string& message);
    /// The next message that is no notification; absent where none comes in `milliseconds`, -1 for ever.
    std::optional<protocol::Frame> receive(int milliseconds);

    HandlerTable handlers_;
    int toServer_ = -1;
    int fromServer_ = -1;
    protocol::FrameDecoder decoder_;
};

}  // namespace qs::test
