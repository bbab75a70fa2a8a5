#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::app {

/// The qconfigs that the person has chosen, as texts (protocol::textOf): one for the whole model and
/// exceptions by layer.
struct Rules {
    std::string preset = "onednn";
    std::map<std::string, std::string> overrides;  ///< layer name -> qconfig

    /// The qconfig that rules `layer`.
    const std::string& effective(const std::string& layer) const;
    size_t floatLayers() const;
    /// Global first, then the overrides in name order: equal Rules give equal lists.
    std::vector<protocol::Rule> toProtocol() const;
    /// Rules of kinds that the window does not edit (op, pattern) are dropped.
    static Rules fromProtocol(const std::vector<protocol::Rule>& rules);

    bool operator==(const Rules&) const = default;
};

}  // namespace qs::app
