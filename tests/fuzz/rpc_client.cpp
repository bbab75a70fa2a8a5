#include "fuzz/rpc_client.h"

#include <poll.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace qs::test {

namespace {

bool isNotification(const protocol::Frame& frame) {
    const auto* message = std::get_if<nlohmann::json>(&frame);
    return message && message->is_object() && message->contains("method");
}

std::string framed(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

RpcClient::RpcClient(HandlerTable handlers) : handlers_(std::move(handlers)) {
    int requests[2], answers[2];
    if (::pipe(requests) != 0 || ::pipe(answers) != 0) {
        throw std::runtime_error("no pipes");
    }
    toServer_ = requests[1];
    fromServer_ = answers[0];
    std::thread([this, input = requests[0], output = answers[1]] {
        serveRequests(input, output, handlers_);
        ::close(output);
    }).detach();
}

protocol::Frame RpcClient::ask(const std::string& request, std::chrono::milliseconds time) {
    send(request);
    if (auto answer = receive(static_cast<int>(time.count()))) {
        return *std::move(answer);
    }
    send(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":)" + std::to_string(kId) + "}}");
    auto answer = receive(-1);
    return answer ? *std::move(answer) : protocol::FrameError{"the server has gone"};
}

void RpcClient::send(const std::string& message) {
    const std::string bytes = framed(message);
    for (size_t at = 0; at < bytes.size();) {
        const ssize_t count = ::write(toServer_, bytes.data() + at, bytes.size() - at);
        if (count < 0) {
            throw std::runtime_error("the server does not read");
        }
        at += static_cast<size_t>(count);
    }
}

std::optional<protocol::Frame> RpcClient::receive(int milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    for (;;) {
        while (auto frame = decoder_.next()) {
            if (!isNotification(*frame)) {
                return frame;
            }
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (milliseconds >= 0 && left.count() <= 0) {
            return std::nullopt;
        }
        pollfd ready{fromServer_, POLLIN, 0};
        if (::poll(&ready, 1, milliseconds < 0 ? -1 : static_cast<int>(left.count())) <= 0) {
            continue;
        }
        char bytes[1 << 16];
        const ssize_t count = ::read(fromServer_, bytes, sizeof(bytes));
        if (count <= 0) {
            return std::nullopt;
        }
        decoder_.feed({bytes, static_cast<size_t>(count)});
    }
}

}  // namespace qs::test
