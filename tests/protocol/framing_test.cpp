#include "protocol/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace qs::protocol {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What came out of a decoder: messages as text, errors as "error: ...".
std::vector<std::string> drain(FrameDecoder& decoder) {
    std::vector<std::string> all;
    while (auto frame = decoder.next()) {
        if (const auto* error = std::get_if<FrameError>(&*frame)) {
            all.push_back("error: " + error->message);
        } else {
            all.push_back(std::get<json>(*frame).dump());
        }
    }
    return all;
}

std::vector<std::string> decode(std::string_view bytes) {
    FrameDecoder decoder;
    decoder.feed(bytes);
    return drain(decoder);
}

std::string frame(const std::string& body, const std::string& header = "Content-Length: ") {
    return header + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const auto isError = HasSubstr("error: ");

TEST(Framing, EncodesLengthInBytes) {
    EXPECT_EQ(encodeFrame({{"a", "\u00e9"}}), "Content-Length: 10\r\n\r\n{\"a\":\"\u00e9\"}");
}

TEST(Framing, ReplacesTextThatIsNotUtf8) {
    EXPECT_THAT(decode(encodeFrame({{"path", "a\xff"}})), ElementsAre("{\"path\":\"a\uFFFD\"}"));
}

TEST(Framing, SplitAtEveryByte) {
    const std::string bytes = encodeFrame({{"id", 1}, {"text", "zw\u00f6lf"}}) + encodeFrame({{"id", 2}});
    const std::vector<std::string> whole = decode(bytes);
    ASSERT_EQ(whole.size(), 2u);
    for (size_t cut = 0; cut <= bytes.size(); ++cut) {
        FrameDecoder decoder;
        decoder.feed(std::string_view(bytes).substr(0, cut));
        std::vector<std::string> parts = drain(decoder);
        decoder.feed(std::string_view(bytes).substr(cut));
        for (std::string& part : drain(decoder)) {
            parts.push_back(std::move(part));
        }
        EXPECT_EQ(parts, whole) << "cut at byte " << cut;
        EXPECT_FALSE(decoder.isMidFrame());
    }
}

TEST(Framing, OneByteAtATime) {
    FrameDecoder decoder;
    std::vector<std::string> all;
    for (const char byte : encodeFrame({{"id", 1}}) + encodeFrame({{"id", 2}}) + encodeFrame({{"id", 3}})) {
        decoder.feed({&byte, 1});
        for (std::string& text : drain(decoder)) {
            all.push_back(std::move(text));
        }
    }
    EXPECT_THAT(all, ElementsAre(R"({"id":1})", R"({"id":2})", R"({"id":3})"));
}

TEST(Framing, HeaderVariants) {
    const std::string type = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n";
    EXPECT_THAT(decode(type + frame("1")), ElementsAre("1"));
    EXPECT_THAT(decode("Content-Length: 1\r\n" + type + "\r\n1"), ElementsAre("1"));
    EXPECT_THAT(decode("content-length:1\r\n\r\n1"), ElementsAre("1"));
    EXPECT_THAT(decode("CONTENT-LENGTH:   1  \r\n\r\n1"), ElementsAre("1"));
    EXPECT_THAT(decode("Content-Length: 1\n\n1"), ElementsAre("1"));
    EXPECT_THAT(decode(frame("1") + "\r\n" + frame("2")), ElementsAre("1", "2"));
}

TEST(Framing, GarbageBeforeAHeader) {
    EXPECT_THAT(decode("onednn_verbose,exec\n" + frame("1")), ElementsAre(isError, "1"));
    EXPECT_THAT(decode("no newline" + frame("1")), ElementsAre(isError, "1"));
    EXPECT_THAT(decode("X-Only: 3\r\n\r\n" + frame("1")), ElementsAre(isError, "1"));
    EXPECT_THAT(decode(std::string("\0\x01\n\n", 4) + frame("1")), ElementsAre(isError, "1"));
}

TEST(Framing, UnusableLengths) {
    for (const std::string length :
         {"", "-1", "5x", "0x10", "1 2", "99999999999999999999999", "9999999999999999"}) {
        EXPECT_THAT(decode("Content-Length: " + length + "\r\n\r\n{}" + frame("1")),
                    ElementsAre(isError, "1"))
            << "length '" << length << "'";
    }
    EXPECT_THAT(decode("Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}" + frame("1")).back(), "1");
}

TEST(Framing, BodyThatIsNotJsonIsSkippedWhole) {
    EXPECT_THAT(decode(frame("{nonsense Content-Length: 3") + frame("1")), ElementsAre(isError, "1"));
    EXPECT_THAT(decode("Content-Length: 0\r\n\r\n" + frame("1")), ElementsAre(isError, "1"));
}

TEST(Framing, OversizeBodyIsSkippedWithoutBeingKept) {
    const size_t length = kMaxBodyBytes + 5;
    FrameDecoder decoder;
    decoder.feed("Content-Length: " + std::to_string(length) + "\r\n\r\nabc");
    EXPECT_THAT(drain(decoder), ElementsAre(HasSubstr("268435461 bytes")));
    const std::string chunk(1 << 20, 'x');
    size_t left = length - 3;
    while (left > 0) {
        const size_t now = std::min(left, chunk.size());
        decoder.feed(std::string_view(chunk).substr(0, now));
        left -= now;
        EXPECT_THAT(drain(decoder), IsEmpty());
    }
    decoder.feed(frame("1"));
    EXPECT_THAT(drain(decoder), ElementsAre("1"));
}

TEST(Framing, EndlessHeaderIsGivenUp) {
    FrameDecoder decoder;
    decoder.feed(std::string(kMaxHeaderBytes + 1, 'x'));
    EXPECT_THAT(drain(decoder), ElementsAre(isError));
    decoder.feed(std::string(1 << 20, 'x'));
    EXPECT_THAT(drain(decoder), IsEmpty());
    decoder.feed(frame("1"));
    EXPECT_THAT(drain(decoder), ElementsAre("1"));
}

TEST(Framing, TruncatedFrameIsMidFrame) {
    FrameDecoder decoder;
    decoder.feed("Content-Length: 10\r\n\r\n{}");
    EXPECT_THAT(drain(decoder), IsEmpty());
    EXPECT_TRUE(decoder.isMidFrame());
    decoder.reset();
    EXPECT_FALSE(decoder.isMidFrame());
    decoder.feed(frame("1"));
    EXPECT_THAT(drain(decoder), ElementsAre("1"));
}

}  // namespace
}  // namespace qs::protocol
