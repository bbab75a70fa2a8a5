#include "quant/qconfig.h"

#include <algorithm>
#include <unordered_set>

#include "core/match.h"

namespace qs {

namespace {

bool matches(const Rule& rule, std::string_view layer, std::string_view op) {
    switch (rule.match) {
        case RuleMatch::Global:
            return true;
        case RuleMatch::OpType:
            return rule.key == op;
        case RuleMatch::Pattern:
            return globMatch(rule.key, layer);
        case RuleMatch::Layer:
            return rule.key == layer;
    }
    return false;
}

}  // namespace

Result<QConfig> findPreset(const std::string& name) {
    if (const QConfig* found = presets().find(name)) {
        return *found;
    }
    return usageError("unknown preset '" + name + "': there are " + join(presets().names()));
}

Result<RuleSet> RuleSet::make(std::vector<Rule> rules) {
    RuleSet set;
    for (const Rule& rule : rules) {
        if (rule.match != RuleMatch::Global && rule.key.empty()) {
            return usageError("a rule for preset '" + rule.preset + "' names no layer, pattern or op");
        }
        QS_ASSIGN(QConfig qconfig, findPreset(rule.preset));
        set.qconfigs_.push_back(std::move(qconfig));
    }
    set.rules_ = std::move(rules);
    return set;
}

ResolvedQConfig RuleSet::resolve(std::string_view layer, std::string_view op) const {
    int winner = -1;
    for (size_t i = 0; i < rules_.size(); ++i) {
        const bool atLeastAsStrong =
            winner < 0 || rules_[i].match >= rules_[static_cast<size_t>(winner)].match;
        if (atLeastAsStrong && matches(rules_[i], layer, op)) {
            winner = static_cast<int>(i);
        }
    }
    if (winner < 0) {
        return {*presets().find("fp32"), -1};
    }
    return {qconfigs_[static_cast<size_t>(winner)], winner};
}

Status RuleSet::checkLayers(const std::vector<std::string>& layerNames) const {
    const std::unordered_set<std::string_view> known(layerNames.begin(), layerNames.end());
    for (const Rule& rule : rules_) {
        if (rule.match != RuleMatch::Layer || known.contains(rule.key)) {
            continue;
        }
        const auto nearest = nearestNames(rule.key, layerNames);
        return usageError("the model has no layer '" + rule.key + "'" +
                          (nearest.empty() ? "" : "; did you mean " + join(nearest, " or ") + "?"));
    }
    return {};
}

}  // namespace qs
