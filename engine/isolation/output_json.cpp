#include "isolation/output_json.h"

#include "isolation/channel.h"

namespace qs {

using nlohmann::json;

json toJson(const std::vector<OutputClaim>& claims) {
    json list = json::array();
    for (const OutputClaim& claim : claims) {
        json companions = json::array();
        for (const auto& companion : claim.companions) {
            companions.push_back(textOf(companion.string()));
        }
        list.push_back({{"path", textOf(claim.path.string())},
                        {"folder", claim.isFolder},
                        {"replace", claim.replace},
                        {"companions", std::move(companions)}});
    }
    return list;
}

json toJson(const std::vector<OutputInput>& inputs) {
    json list = json::array();
    for (const OutputInput& input : inputs) {
        list.push_back({{"path", textOf(input.path.string())}, {"what", input.what}});
    }
    return list;
}

std::vector<OutputClaim> readClaims(const json& claims) {
    std::vector<OutputClaim> read;
    for (const json& claim : claims) {
        OutputClaim one{bytesOf(claim.at("path").get<std::string>()), claim.at("folder").get<bool>(),
                        claim.at("replace").get<bool>()};
        for (const json& companion : claim.at("companions")) {
            one.companions.emplace_back(bytesOf(companion.get<std::string>()));
        }
        read.push_back(std::move(one));
    }
    return read;
}

std::vector<OutputInput> readInputs(const json& inputs) {
    std::vector<OutputInput> read;
    for (const json& input : inputs) {
        read.push_back({bytesOf(input.at("path").get<std::string>()), input.at("what").get<std::string>()});
    }
    return read;
}

}  // namespace qs
