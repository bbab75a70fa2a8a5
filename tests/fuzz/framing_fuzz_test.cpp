// Damaged streams of messages: the decoder gives the same messages however the bytes come in pieces, and the
// server answers in whole messages, or not, and goes on.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/mutation.h"
#include "fuzz/random.h"
#include "fuzz/source_mutation.h"
#include "protocol/framing.h"
#include "protocol/rpc.h"
#include "server/server.h"

namespace qs::test {

namespace {

using nlohmann::json;
using protocol::Frame;
using protocol::FrameDecoder;

constexpr const char* kRequest =
    R"({"jsonrpc":"2.0","id":7,"method":"echo","params":{"text":"abc","list":[1,2,{"deep":null}]}})";

std::string framed(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) +
           "\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n" + body;
}

/// Three messages, the middle one of a sound length and mutated as JSON, or all of them as bytes.
std::string makeStream(uint64_t seed) {
    const std::string first = framed(kRequest);
    const std::string last = framed(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}})");
    switch (seed % 3) {
        case 0:
            return first + framed(mutateJson(kRequest, seed)) + last;
        case 1:
            return mutate(first + last + first, seed);
        default:
            return mutateNumbers(first, seed) + last + first;
    }
}

std::string textOf(const Frame& frame) {
    const auto* error = std::get_if<protocol::FrameError>(&frame);
    return error ? "error: " + error->message : protocol::encodeFrame(std::get<json>(frame));
}

/// The messages in `bytes`, fed in pieces of the sizes that `nextSize` gives.
std::vector<std::string> decode(std::string_view bytes, const std::function<size_t()>& nextSize) {
    FrameDecoder decoder;
    std::vector<std::string> frames;
    while (!bytes.empty()) {
        const size_t count = std::min(bytes.size(), nextSize());
        decoder.feed(bytes.substr(0, count));
        bytes.remove_prefix(count);
        while (const auto frame = decoder.next()) {
            frames.push_back(textOf(*frame));
        }
    }
    return frames;
}

std::string decodeInPieces(const std::filesystem::path& path) {
    const std::string bytes = readFile(path).value();
    Random random(bytes.size());
    const auto pieces = decode(bytes, [&] { return 1 + random.below(1 + bytes.size() / 20); });
    const auto whole = decode(bytes, [&] { return bytes.size(); });
    return pieces == whole ? "" : "pieces of the stream give other messages";
}

HandlerTable echo() {
    HandlerTable handlers;
    handlers["echo"] = [](const json& params, Job&) -> Result<json> { return params; };
    return handlers;
}

/// What is wrong with an answer, or nothing.
std::string complaintAboutAnswer(const Frame& frame) {
    if (const auto* error = std::get_if<protocol::FrameError>(&frame)) {
        return "the server wrote " + error->message;
    }
    const auto message = protocol::parseMessage(std::get<json>(frame));
    const auto* note = std::get_if<protocol::Notification>(&message);
    if (note && note->method == "$/jobs") {
        return "";
    }
    const auto* response = std::get_if<protocol::Response>(&message);
    if (!response) {
        return "no answer: " + protocol::encodeFrame(std::get<json>(frame));
    }
    return response->error ? complaintAbout(response->error->message) : "";
}

std::string serveStream(const std::filesystem::path& path) {
    const int input = ::open(path.c_str(), O_RDONLY);
    const int output = ::open("answers", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    serveRequests(input, output, echo());
    ::close(input);
    ::close(output);
    FrameDecoder decoder;
    decoder.feed(readFile("answers").value());
    while (const auto frame = decoder.next()) {
        if (std::string complaint = complaintAboutAnswer(*frame); !complaint.empty()) {
            return complaint;
        }
    }
    return decoder.isMidFrame() ? "the last answer is cut off" : "";
}

class FuzzFraming : public FuzzTest {};

TEST_F(FuzzFraming, Decoded) {
    expectWell({4 * mutations(), "stream", makeStream}, decodeInPieces);
}

TEST_F(FuzzFraming, Served) {
    expectWell({4 * mutations(), "stream", makeStream}, serveStream);
}

}  // namespace

}  // namespace qs::test
