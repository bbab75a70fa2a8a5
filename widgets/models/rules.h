#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "protocol/messages.h"

namespace qs {

inline constexpr const char* kFloatQConfig = "fp32";

/// What the rules say about one layer. Strength grows global < op < pattern < layer and, among equals, the
/// later rule wins, as in the engine.
struct ResolvedRule {
    QString qconfig;          ///< preset name or "fp32"; empty where no rule applies
    int rule = -1;            ///< index of the rule that won
    bool overridden = false;  ///< a rule names exactly this layer
};

ResolvedRule resolveRule(const std::vector<protocol::Rule>& rules, const std::string& layer,
                         const std::string& op);

/// What the layer would get if no rule named it.
QString inheritedQConfig(const std::vector<protocol::Rule>& rules, const std::string& layer,
                         const std::string& op);

/// "this layer", "layers matching layer4.*", ...: why a rule applies, for a person.
QString describeRule(const protocol::Rule& rule);

}  // namespace qs
