#include "app/session/rules.h"

#include <algorithm>

namespace qs::app {

const std::string& Rules::effective(const std::string& layer) const {
    const auto found = overrides.find(layer);
    return found == overrides.end() ? preset : found->second;
}

size_t Rules::floatLayers() const {
    return static_cast<size_t>(std::count_if(overrides.begin(), overrides.end(),
                                             [](const auto& entry) { return entry.second == "fp32"; }));
}

std::vector<protocol::Rule> Rules::toProtocol() const {
    std::vector<protocol::Rule> rules{{"global", "", protocol::parseQConfig(preset).qconfig}};
    for (const auto& [layer, qconfig] : overrides) {
        rules.push_back({"layer", layer, protocol::parseQConfig(qconfig).qconfig});
    }
    return rules;
}

Rules Rules::fromProtocol(const std::vector<protocol::Rule>& rules) {
    Rules result;
    for (const protocol::Rule& rule : rules) {
        if (rule.match == "global") {
            result.preset = protocol::textOf(rule.qconfig);
        } else if (rule.match == "layer") {
            result.overrides[rule.key] = protocol::textOf(rule.qconfig);
        }
    }
    return result;
}

}  // namespace qs::app
