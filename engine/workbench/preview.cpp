#include "workbench/preview.h"

#include <nlohmann/json.hpp>
#include <set>

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
    QS_ASSIGN(PreparedModel model, prepare(opened.graph, set));
    auto prepared = std::make_shared<const PreparedModel>(std::move(model));
    caches.prepared.keep({key}, prepared);
    return prepared;
}

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
    QS_ASSIGN(const auto prepared, preparedBy(caches, *opened, usable));
    for (size_t i = 0; i < opened->info.layers.size(); ++i) {
        const ResolvedQConfig& resolved = prepared->qconfigs[i];
        const LayerPrecision precision = precisionOf(*prepared, i);
        preview.layers.push_back({opened->info.layers[i].name,
                                  resolved.rule < 0 ? -1 : indices[static_cast<size_t>(resolved.rule)],
                                  resolved.qconfig.name, precision.name, precision.reason});
    }
    return preview;
}

}  // namespace qs
