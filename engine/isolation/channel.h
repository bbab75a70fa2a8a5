#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A message between the process that works and the one that it works for; a descriptor may come along.
struct ChannelMessage {
    nlohmann::json body = nlohmann::json::object();  ///< strings in it may be any bytes
    Descriptor descriptor = {};
};

/// One end of a pair of sockets that keep messages whole.
class Channel {
  public:
    explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}
    static Result<std::pair<Channel, Channel>> pair();

    int descriptor() const { return socket_.get(); }
    Status send(const ChannelMessage& message) const;
    /// The next message; nothing where the other end is gone or sends what is none.
    std::optional<ChannelMessage> receive() const;

  private:
    Descriptor socket_;
};

}  // namespace qs
