#include "core/error_json.h"

#include <gtest/gtest.h>

namespace qs {
namespace {

using nlohmann::json;

TEST(ErrorJson, DataGoesThereAndBack) {
    const ErrorData data{{"rule", int64_t{2}},
                         {"key", "layer9"},
                         {"exists", true},
                         {"shape", std::vector<int64_t>{1, 3, 224, 224}}};
    const json object = toJson(data);
    EXPECT_EQ(object, json({{"rule", 2}, {"key", "layer9"}, {"exists", true}, {"shape", {1, 3, 224, 224}}}));
    EXPECT_EQ(readErrorData(object), data);
}

TEST(ErrorJson, NoDataIsNull) {
    EXPECT_TRUE(toJson(ErrorData()).is_null());
    EXPECT_TRUE(readErrorData(json()).empty());
    EXPECT_TRUE(readErrorData("text").empty());
}

TEST(ErrorJson, WhatIsOfAnotherTypeIsLeftOut) {
    const ErrorData read = readErrorData({{"a", 1.5}, {"b", {"x"}}, {"c", {{"d", 1}}}, {"e", "x"}});
    EXPECT_EQ(read, (ErrorData{{"e", "x"}}));
}

TEST(ErrorJson, BytesThatAreNoTextBecomePrintable) {
    EXPECT_NO_THROW((void)toJson({{"file", "a\xff\n"}}).dump());
}

TEST(ErrorJson, ErrorsCarryData) {
    const Error error = failure("out.pt exists", {{"file", "out.pt"}, {"exists", true}});
    EXPECT_EQ(std::get<std::string>(error.data.at("file")), "out.pt");
    EXPECT_TRUE(std::get<bool>(error.data.at("exists")));
    EXPECT_TRUE(usageError("no").data.empty());
}

}  // namespace
}  // namespace qs
