#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A message between the process that works and the one that it works for; a descriptor may come along.
struct ChannelMessage {
    nlohmann::json body = nlohmann::json::object();  ///< what may not be UTF-8 stands in it as textOf() it
    Descriptor descriptor = {};
};

/// Any bytes, a path's say, as UTF-8 that JSON can hold, and back.
std::string textOf(std::string_view bytes);
std::string bytesOf(std::string_view text);

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
