#include "server/requested_outputs.h"

#include <variant>

#include "protocol/json.h"
#include "protocol/rpc.h"
#include "workbench/workbench.h"

namespace qs {

namespace {

Result<OutputClaim> claimIn(const protocol::Request& request) {
    try {
        if (request.method == "variant.export") {
            return claimOf(request.params.get<protocol::ExportParams>());
        }
        if (request.method == "variant.train") {
            return claimOf(request.params.get<protocol::TrainParams>());
        }
    } catch (const protocol::JsonError& error) {
        return usageError(error.what());  // the engine itself will say it
    }
    return usageError(request.method + " writes nothing");
}

}  // namespace

std::vector<OutputClaim> RequestedOutputs::operator()(std::string_view bytes) {
    std::vector<OutputClaim> claims;
    decoder_.feed(bytes);
    while (const auto frame = decoder_.next()) {
        const auto* json = std::get_if<nlohmann::json>(&*frame);
        const auto message = json ? protocol::parseMessage(*json) : protocol::Message();
        if (const auto* request = std::get_if<protocol::Request>(&message)) {
            if (auto claim = claimIn(*request)) {
                claims.push_back(std::move(*claim));
            }
        }
    }
    return claims;
}

}  // namespace qs
