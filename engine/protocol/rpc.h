#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

/// JSON-RPC 2.0 messages as structs. Ids are integers: both ends are ours.
namespace qs::protocol {

inline constexpr int kRequestCancelled = -32800;
inline constexpr int kFailed = -32000;      ///< the work failed; the message says on what and what to do
inline constexpr int kEngineDied = -32001;  ///< made by the client: the engine went away before it answered
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kUnknownMethod = -32601;
inline constexpr int kUsage = -32602;  ///< the parameters are wrong
inline constexpr int kParseError = -32700;

struct Request {
    int64_t id = 0;
    std::string method;
    nlohmann::json params;  ///< an object
};

struct RpcError {
    int code = kFailed;
    std::string message;       ///< for a person
    nlohmann::json data = {};  ///< what a program may go by: an object, or null
};

/// The answer to a request: a result, or an error. An error without id answers a message whose id could not
/// be read.
struct Response {
    std::optional<int64_t> id;
    nlohmann::json result;
    std::optional<RpcError> error;
};

struct Notification {
    std::string method;
    nlohmann::json params;
};

/// Notification "$/partial": what is known of a job's answer before it is complete. What `value` is follows
/// from the method and the part; the methods in protocol/messages say it.
struct PartialNote {
    int64_t id = 0;  ///< of the request
    std::string part;
    nlohmann::json value;
};

/// A message that is JSON but not JSON-RPC. `id` is set where one could be read.
struct InvalidMessage {
    std::optional<int64_t> id;
    std::string reason;
};

using Message = std::variant<Request, Response, Notification, InvalidMessage>;

/// Never throws: what is not JSON-RPC becomes an InvalidMessage.
Message parseMessage(const nlohmann::json& json);

Notification toNotification(PartialNote note);
/// Nothing where `params` are no PartialNote's.
std::optional<PartialNote> readPartial(const nlohmann::json& params);

nlohmann::json toJson(const Request& request);
nlohmann::json toJson(const Response& response);
nlohmann::json toJson(const Notification& notification);

}  // namespace qs::protocol
