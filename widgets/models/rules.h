#pragma once

#include <QRegularExpression>
#include <QString>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/messages.h"

namespace qs {

inline constexpr const char* kFloatQConfig = "fp32";

/// What the rules say about one layer.
struct ResolvedRule {
    QString qconfig;          ///< preset name or "fp32"; empty where no rule applies
    QString inherited;        ///< what the layer would get if no rule named it
    int rule = -1;            ///< index of the rule that won
    bool overridden = false;  ///< a rule names exactly this layer
};

/// Resolves many layers by one list of rules. Strength grows global < op < pattern < layer and, among equals,
/// the later rule wins, as in the engine.
class RuleResolver {
  public:
    explicit RuleResolver(const std::vector<protocol::Rule>& rules);
    ResolvedRule resolve(const std::string& layer, const std::string& op) const;

  private:
    struct Pattern {
        QRegularExpression glob;
        int rule = -1;
    };

    /// Index of the strongest rule that does not name the layer; -1: there is none.
    int inheritedRule(const std::string& layer, const std::string& op) const;

    std::vector<QString> qconfigs_;  ///< by rule
    int global_ = -1;                ///< indices of rules; of those that are equal the last
    std::unordered_map<std::string, int> ops_;
    std::unordered_map<std::string, int> layers_;
    std::vector<Pattern> patterns_;  ///< the last first
};

/// "this layer", "layers matching layer4.*", ...: why a rule applies, for a person.
QString describeRule(const protocol::Rule& rule);

}  // namespace qs
