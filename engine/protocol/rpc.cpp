#include "protocol/rpc.h"

#include <concepts>
#include <utility>

namespace qs::protocol {

using nlohmann::json;

namespace {

/// Where the number is whole and fits.
template <std::integral T>
std::optional<T> readInteger(const json& number) {
    if (!number.is_number_integer()) {
        return std::nullopt;
    }
    const bool fits = number.is_number_unsigned() ? std::in_range<T>(number.get<uint64_t>())
                                                  : std::in_range<T>(number.get<int64_t>());
    return fits ? std::optional(number.get<T>()) : std::nullopt;
}

std::optional<int64_t> readId(const json& message) {
    const auto id = message.find("id");
    return id != message.end() ? readInteger<int64_t>(*id) : std::nullopt;
}

Message parseCall(const json& message, const json& method) {
    const bool hasId = message.contains("id");
    const std::optional<int64_t> id = readId(message);
    if (!method.is_string()) {
        return InvalidMessage{id, "\"method\" is not a string"};
    }
    if (hasId && !id) {
        return InvalidMessage{id, "\"id\" is not an integer"};
    }
    json params = message.value("params", json::object());
    if (params.is_null()) {
        params = json::object();
    }
    if (!params.is_object()) {
        return InvalidMessage{id, "\"params\" is not an object"};
    }
    if (hasId) {
        return Request{*id, method.get<std::string>(), std::move(params)};
    }
    return Notification{method.get<std::string>(), std::move(params)};
}

Message parseError(const json& message, const json& error) {
    const std::optional<int64_t> id = readId(message);
    const auto code =
        error.is_object() && error.contains("code") ? readInteger<int>(error["code"]) : std::nullopt;
    if (!code) {
        return InvalidMessage{id, "\"error\" has no code"};
    }
    const auto text = error.find("message");
    const bool hasText = text != error.end() && text->is_string();
    const auto data = error.find("data");
    return Response{id, nullptr,
                    RpcError{*code, hasText ? text->get<std::string>() : "",
                             data != error.end() && data->is_object() ? *data : json()}};
}

}  // namespace

Message parseMessage(const json& message) {
    if (!message.is_object()) {
        return InvalidMessage{std::nullopt, "the message is not an object"};
    }
    if (const auto method = message.find("method"); method != message.end()) {
        return parseCall(message, *method);
    }
    if (const auto error = message.find("error"); error != message.end() && !error->is_null()) {
        return parseError(message, *error);
    }
    const std::optional<int64_t> id = readId(message);
    if (const auto result = message.find("result"); result != message.end() && id) {
        return Response{id, *result, std::nullopt};
    }
    return InvalidMessage{id, "neither a request nor a response"};
}

Notification toNotification(PartialNote note) {
    return {"$/partial", {{"id", note.id}, {"part", std::move(note.part)}, {"value", std::move(note.value)}}};
}

std::optional<PartialNote> readPartial(const json& params) {
    const std::optional<int64_t> id = params.is_object() ? readId(params) : std::nullopt;
    if (!id || !params.contains("part") || !params["part"].is_string() || !params.contains("value")) {
        return std::nullopt;
    }
    return PartialNote{*id, params["part"].get<std::string>(), params["value"]};
}

json toJson(const Request& request) {
    return {{"jsonrpc", "2.0"}, {"id", request.id}, {"method", request.method}, {"params", request.params}};
}

json toJson(const Response& response) {
    json message = {{"jsonrpc", "2.0"}, {"id", response.id ? json(*response.id) : json(nullptr)}};
    if (response.error) {
        message["error"] = {{"code", response.error->code}, {"message", response.error->message}};
        if (!response.error->data.is_null()) {
            message["error"]["data"] = response.error->data;
        }
    } else {
        message["result"] = response.result;
    }
    return message;
}

json toJson(const Notification& notification) {
    return {{"jsonrpc", "2.0"}, {"method", notification.method}, {"params", notification.params}};
}

}  // namespace qs::protocol
