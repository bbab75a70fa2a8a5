#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "protocol/framing.h"
#include "protocol/json.h"
#include "protocol/rpc.h"

namespace qs::test {

using nlohmann::json;

/// The client's end of a server: sends, and receives one message at a time.
class Peer {
  public:
    Peer(int input, int output) : input_(input), output_(output) {}
    ~Peer() {
        hangUp();
        ::close(input_);
    }

    void sendBytes(const std::string& bytes) {
        ASSERT_EQ(::write(output_, bytes.data(), bytes.size()), ssize_t(bytes.size()));
    }
    void send(const json& message) { sendBytes(protocol::encodeFrame(message)); }
    void request(int64_t id, const std::string& method, const json& params = json::object()) {
        send(toJson(protocol::Request{id, method, params}));
    }
    void cancel(int64_t id) {
        send(toJson(protocol::Notification{"$/cancelRequest", protocol::CancelParams{id}}));
    }
    void hangUp() {
        if (output_ >= 0) {
            ::close(output_);
            output_ = -1;
        }
    }

    /// The next message but "$/jobs", which is kept; null at the end of the stream.
    json receive() {
        while (true) {
            json message = receiveAny();
            if (!message.is_object() || message.value("method", "") != "$/jobs") {
                return message;
            }
            jobs.push_back(message["params"].get<protocol::JobList>());
        }
    }

    json receiveAny() {
        while (true) {
            if (auto frame = decoder_.next()) {
                EXPECT_TRUE(std::holds_alternative<json>(*frame)) << "something else than frames came";
                return std::holds_alternative<json>(*frame) ? std::get<json>(*frame) : json();
            }
            char bytes[4096];
            const ssize_t count = ::read(input_, bytes, sizeof(bytes));
            if (count <= 0) {
                EXPECT_FALSE(decoder_.isMidFrame());
                return nullptr;
            }
            decoder_.feed({bytes, size_t(count)});
        }
    }

    /// The next message that is not a notification.
    json response() {
        while (true) {
            json message = receive();
            if (!message.contains("method")) {
                return message;
            }
        }
    }

    std::vector<protocol::JobList> jobs;  ///< as they were told

  private:
    int input_;
    int output_;
    protocol::FrameDecoder decoder_;
};

}  // namespace qs::test
