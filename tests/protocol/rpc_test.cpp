#include "protocol/rpc.h"

#include <gtest/gtest.h>

namespace qs::protocol {
namespace {

using nlohmann::json;

Message parse(const char* text) {
    return parseMessage(json::parse(text));
}

TEST(Rpc, Request) {
    const auto request =
        std::get<Request>(parse(R"({"jsonrpc":"2.0","id":7,"method":"m","params":{"a":1}})"));
    EXPECT_EQ(request.id, 7);
    EXPECT_EQ(request.method, "m");
    EXPECT_EQ(request.params, json({{"a", 1}}));
    EXPECT_EQ(std::get<Request>(parseMessage(toJson(request))).params, request.params);
}

TEST(Rpc, ParamsMayBeLeftOut) {
    EXPECT_EQ(std::get<Request>(parse(R"({"id":1,"method":"m"})")).params, json::object());
    EXPECT_EQ(std::get<Request>(parse(R"({"id":1,"method":"m","params":null})")).params, json::object());
}

TEST(Rpc, Notification) {
    const auto note = std::get<Notification>(parse(R"({"method":"$/progress","params":{"id":1}})"));
    EXPECT_EQ(note.method, "$/progress");
    EXPECT_EQ(std::get<Notification>(parseMessage(toJson(note))).params, note.params);
}

TEST(Rpc, PartialNotes) {
    const Notification note = toNotification({4, "errors", {{"x", 1}}});
    EXPECT_EQ(note.method, "$/partial");
    const auto partial = readPartial(note.params);
    ASSERT_TRUE(partial);
    EXPECT_EQ(partial->id, 4);
    EXPECT_EQ(partial->part, "errors");
    EXPECT_EQ(partial->value, json({{"x", 1}}));
    for (const char* text : {"1", "{}", R"({"id":1,"part":"a"})", R"({"id":"1","part":"a","value":1})",
                             R"({"id":1,"part":2,"value":1})"}) {
        EXPECT_FALSE(readPartial(json::parse(text))) << text;
    }
}

TEST(Rpc, Responses) {
    const auto result = std::get<Response>(parseMessage(toJson(Response{3, {{"x", 1}}, std::nullopt})));
    EXPECT_EQ(result.id, 3);
    EXPECT_EQ(result.result, json({{"x", 1}}));
    EXPECT_FALSE(result.error);

    const auto error = std::get<Response>(parseMessage(toJson(Response{4, nullptr, RpcError{kUsage, "no"}})));
    EXPECT_EQ(error.id, 4);
    EXPECT_EQ(error.error->code, kUsage);
    EXPECT_EQ(error.error->message, "no");
    EXPECT_TRUE(error.error->data.is_null());
    const auto told = std::get<Response>(
        parseMessage(toJson(Response{4, nullptr, RpcError{kFailed, "no", {{"rule", 2}}}})));
    EXPECT_EQ(told.error->data, json({{"rule", 2}}));
    EXPECT_TRUE(
        std::get<Response>(parse(R"({"id":1,"error":{"code":1,"data":"text"}})")).error->data.is_null());

    const auto anonymous = std::get<Response>(parse(R"({"id":null,"error":{"code":-32700,"message":"x"}})"));
    EXPECT_FALSE(anonymous.id);
    EXPECT_TRUE(std::get<Response>(parse(R"({"id":1,"result":null})")).result.is_null());
}

TEST(Rpc, WhatIsNotJsonRpc) {
    for (const char* text :
         {"1", "[]", "{}", R"({"id":1})", R"({"id":1,"method":3})", R"({"id":"a","method":"m"})",
          R"({"id":1,"method":"m","params":[1]})", R"({"result":1})", R"({"id":1,"error":3})",
          R"({"id":18446744073709551615,"method":"m"})", R"({"id":1,"error":{"code":4294967296}})"}) {
        EXPECT_TRUE(std::holds_alternative<InvalidMessage>(parse(text))) << text;
    }
    EXPECT_EQ(std::get<InvalidMessage>(parse(R"({"id":5,"method":"m","params":[1]})")).id, 5);
}

}  // namespace
}  // namespace qs::protocol
