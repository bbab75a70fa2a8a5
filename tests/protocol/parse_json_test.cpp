#include "protocol/parse_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/framing.h"

namespace qs::protocol {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

std::string nested(size_t depth, const std::string& open, const std::string& close) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) {
        text += open;
    }
    text += "1";
    for (size_t i = 0; i < depth; ++i) {
        text += close;
    }
    return text;
}

TEST(ParseJson, TakesWhatIsNestedToTheLimit) {
    EXPECT_EQ(parseJson(nested(kMaxJsonDepth, "[", "]")).problem, "");
    EXPECT_EQ(parseJson(nested(kMaxJsonDepth, "{\"a\":", "}")).problem, "");
}

TEST(ParseJson, RefusesWhatIsNestedDeeper) {
    for (const size_t depth : {kMaxJsonDepth + 1, size_t(200'000), size_t(5'000'000)}) {
        const ParsedJson parsed = parseJson(nested(depth, "[", "]"));
        EXPECT_EQ(parsed.problem, "is nested deeper than 100 levels") << depth;
        EXPECT_TRUE(parsed.value.is_discarded());
    }
    EXPECT_THAT(parseJson(nested(200'000, "{\"a\":", "}")).problem, HasSubstr("deeper"));
    EXPECT_THAT(parseJson(nested(200'000, "[{\"a\":", "}]")).problem, HasSubstr("deeper"));
    EXPECT_THAT(parseJson(std::string(200'000, '[')).problem, HasSubstr("deeper"));
}

TEST(ParseJson, BracketsInStringsDoNotNest) {
    const std::string brackets(200'000, '[');
    EXPECT_EQ(parseJson("\"" + brackets + "\"").value.get<std::string>(), brackets);
    EXPECT_EQ(parseJson(R"(["\"[[", "\\", {"[": "{"}])").value.dump(), R"(["\"[[","\\",{"[":"{"}])");
    EXPECT_THAT(parseJson(R"(["\\",)" + nested(200'000, "[", "]") + "]").problem, HasSubstr("deeper"));
}

TEST(ParseJson, NeighboursDoNotNest) {
    std::string text = "[[]";
    for (int i = 0; i < 10'000; ++i) {
        text += ",[{}]";
    }
    EXPECT_EQ(parseJson(text + "]").value.size(), 10'001u);
}

TEST(ParseJson, RefusesWhatIsTooLong) {
    const std::string text(kMaxJsonBytes + 1, ' ');
    EXPECT_EQ(parseJson(text).problem, "is larger than 256 MiB");
}

TEST(ParseJson, SaysWhatIsNotJson) {
    for (const char* text : {"", "{", "]", "[1,]", "{\"a\":1}}", "nul", "\"a\xff\"", "1e999", "[1] 2"}) {
        const ParsedJson parsed = parseJson(text);
        EXPECT_EQ(parsed.problem, "is not JSON") << text;
        EXPECT_TRUE(parsed.value.is_discarded()) << text;
    }
}

TEST(ParseJson, TheLastOfEqualKeysCounts) {
    EXPECT_EQ(parseJson(R"({"a":1,"a":2})").value["a"], 2);
}

TEST(ParseJson, AFrameThatIsNestedTooDeepIsSkipped) {
    const std::string body = R"({"id":1,"method":"initialize","params":)" + nested(200'000, "[", "]") + "}";
    FrameDecoder decoder;
    decoder.feed("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    decoder.feed(encodeFrame({{"id", 2}}));
    const auto first = decoder.next();
    ASSERT_TRUE(first && std::holds_alternative<FrameError>(*first));
    EXPECT_EQ(std::get<FrameError>(*first).message, "a message that is nested deeper than 100 levels");
    const auto second = decoder.next();
    ASSERT_TRUE(second && std::holds_alternative<nlohmann::json>(*second));
    EXPECT_EQ(std::get<nlohmann::json>(*second)["id"], 2);
}

/// Whatever else parses has no limit.
TEST(ParseJson, IsTheOnlyPlaceThatParses) {
    std::vector<std::string> others;
    for (const char* folder : {"engine", "app", "widgets"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(QS_SOURCE_DIR) / folder)) {
            const fs::path& path = entry.path();
            if ((path.extension() != ".cpp" && path.extension() != ".h") || path.stem() == "parse_json") {
                continue;
            }
            std::ostringstream text;
            text << std::ifstream(path).rdbuf();
            for (const char* call : {"json::parse(", "Json::parse(", "QJsonDocument", "json::from_"}) {
                if (text.str().find(call) != std::string::npos) {
                    others.push_back(path.string() + ": " + call);
                }
            }
        }
    }
    EXPECT_THAT(others, IsEmpty());
}

}  // namespace
}  // namespace qs::protocol
