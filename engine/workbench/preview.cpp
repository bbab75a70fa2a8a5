#include "workbench/preview.h"

#include <nlohmann/json.hpp>
#include <set>
#include <variant>

#include "core/presentable.h"
#include "protocol/json.h"
#include "workbench/layers.h"
#include "workbench/messages.h"
#include "workbench/recipe_check.h"

namespace qs {

Result<std::shared_ptr<const PreparedModel>> preparedBy(Caches& caches, const OpenedModel& opened,
                                                        const std::vector<protocol::Rule>& rules) {
    const std::string key = opened.key + '\n' + nlohmann::json(rules).dump();
    if (auto known = caches.prepared.find(key)) {
        return known;
    }
    QS_ASSIGN(const RuleSet set, readRules(rules));
    QS_ASSIGN(Network network, opened.network());
    QS_ASSIGN(PreparedModel model, prepare(std::move(network), set));
    auto prepared = std::make_shared<const PreparedModel>(std::move(model));
    caches.prepared.keep({key}, prepared);
    return prepared;
}

namespace {

/// Prepares the model without the rules that do not fit its layers: these go from `usable` and from
/// `indices`, which say where the rules stand in the list that was given, to `problems`.
Result<std::shared_ptr<const PreparedModel>> prepareUsable(Caches& caches, const OpenedModel& opened,
                                                           std::vector<protocol::Rule>& usable,
                                                           std::vector<int>& indices,
                                                           std::vector<protocol::RuleProblem>& problems) {
    while (true) {
        auto prepared = preparedBy(caches, opened, usable);
        if (prepared) {
            return prepared;
        }
        const Error& error = prepared.error();
        const auto named = error.data.find("rule");
        const int64_t* rule = named == error.data.end() ? nullptr : std::get_if<int64_t>(&named->second);
        if (!rule || *rule < 0 || static_cast<size_t>(*rule) >= usable.size()) {
            return error;
        }
        const std::string key = usable[static_cast<size_t>(*rule)].key;
        const std::string among = ruleText(static_cast<size_t>(*rule), key);
        const int given = indices[static_cast<size_t>(*rule)];
        const std::string message =
            error.message.starts_with(among)
                ? ruleText(static_cast<size_t>(given), key) + error.message.substr(among.size())
                : error.message;
        problems.push_back({given, key, presentable(message)});
        usable.erase(usable.begin() + *rule);
        indices.erase(indices.begin() + *rule);
    }
}

}  // namespace

Result<protocol::QConfigPreview> previewQConfigs(Caches& caches, const protocol::PreviewParams& params) {
    const auto opened = caches.models.known(params.model);
    if (!opened) {
        return presentable(notOpen(params.model));
    }
    protocol::QConfigPreview preview;
    QS_ASSIGN(preview.problems, ruleProblems(params.rules, opened->graph));
    std::set<int> unusable;
    for (protocol::RuleProblem& problem : preview.problems) {
        unusable.insert(problem.rule);
        problem.message = presentable(problem.message);
    }
    std::vector<protocol::Rule> usable;
    std::vector<int> indices;  ///< in params.rules
    for (size_t i = 0; i < params.rules.size(); ++i) {
        if (const int index = static_cast<int>(i); !unusable.contains(index)) {
            usable.push_back(params.rules[i]);
            indices.push_back(index);
        }
    }
    QS_ASSIGN(const auto prepared, prepareUsable(caches, *opened, usable, indices, preview.problems));
    QS_ASSIGN(const RuleSet set, readRules(usable));
    const auto given = [&](int rule) { return rule < 0 ? -1 : indices[static_cast<size_t>(rule)]; };
    for (size_t i = 0; i < opened->info.layers.size(); ++i) {
        const protocol::LayerInfo& layer = opened->info.layers[i];
        const ResolvedQConfig& resolved = prepared->qconfigs[i];
        const ResolvedQConfig inherited = set.resolve(layer.name, layer.op, RuleMatch::Regex);
        const LayerPrecision precision = precisionOf(*prepared, i);
        preview.layers.push_back({layer.name, given(resolved.rule), resolved.qconfig.name, precision.name,
                                  precision.reason, inherited.qconfig.name, given(inherited.rule)});
    }
    return preview;
}

}  // namespace qs
