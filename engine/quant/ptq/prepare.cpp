#include <algorithm>
#include <set>

#include "ops/op.h"
#include "ops/parameters.h"
#include "ops/rounding.h"
#include "quant/ptq.h"

namespace qs {

namespace {

/// The rule that wins for a group: its main node's, unless a stronger or later rule names a folded node
/// exactly.
ResolvedQConfig resolveGroup(const Graph& graph, const FusionGroup& group, const RuleSet& rules) {
    const Node& primary = graph.node(group.primary);
    ResolvedQConfig best = rules.resolve(primary.name, primary.op);
    const auto isExact = [&](const ResolvedQConfig& r) {
        return r.rule >= 0 && rules.rules()[static_cast<size_t>(r.rule)].match == RuleMatch::Layer;
    };
    for (const NodeId member : group.members) {
        const ResolvedQConfig candidate = rules.resolve(graph.node(member).name, primary.op);
        if (isExact(candidate) && (!isExact(best) || candidate.rule > best.rule)) {
            best = candidate;
        }
    }
    return best;
}

class Preparer {
  public:
    explicit Preparer(PreparedModel& model) : model_(model) {}

    void run() {
        for (size_t i = 0; i < model_.groups.size(); ++i) {
            const FusionGroup& group = model_.groups[i];
            const bool integer = runsOnIntegers(group, model_.qconfigs[i].qconfig);
            model_.integer.push_back(integer);
            if (integer) {
                integerValues_.insert(group.outputs.begin(), group.outputs.end());
                observe(group, model_.qconfigs[i].qconfig);
            }
        }
    }

  private:
    const OpDef* entryOf(const FusionGroup& group) const {
        return ops().find(model_.graph.node(group.primary).op);
    }

    QuantKind kindOf(const FusionGroup& group) const {
        const OpDef* def = entryOf(group);
        return def ? def->quant : QuantKind::None;
    }

    bool isReal(const std::vector<ValueId>& values) const {
        return std::all_of(values.begin(), values.end(),
                           [&](ValueId id) { return model_.graph.value(id).dtype == at::kFloat; });
    }

    bool runsOnIntegers(const FusionGroup& group, const QConfig& qconfig) const {
        if (qconfig.isFloat() || group.inputs.empty() || !isReal(group.inputs) || !isReal(group.outputs)) {
            return false;
        }
        size_t integerInputs = 0;
        for (const ValueId input : group.inputs) {
            integerInputs += integerValues_.contains(input) || isQuantizedSource(model_.graph, input) ? 1 : 0;
        }
        switch (kindOf(group)) {
            case QuantKind::None:
                return false;
            case QuantKind::Weighted:
                return true;
            case QuantKind::Observed:
                return integerInputs > 0;
            case QuantKind::PassThrough:
                return integerInputs == group.inputs.size() ||
                       isRounding(model_.graph, model_.graph.node(group.primary));
        }
        return false;
    }

    void observe(const FusionGroup& group, const QConfig& qconfig) {
        for (const ValueId input : group.inputs) {
            if (!integerValues_.count(input)) {
                model_.observed.emplace(input, qconfig);
            }
        }
        if (kindOf(group) == QuantKind::PassThrough) {
            return;
        }
        model_.observed[group.outputs.at(0)] = qconfig;
        if (const auto& fixed = entryOf(group)->fixedOutput) {
            model_.fixed[group.outputs.at(0)] = *fixed;
        }
        if (group.add && qconfig.roundsBeforeAdd) {
            model_.observed[preAddValue(model_.graph, group)] = qconfig;
        }
    }

    PreparedModel& model_;
    std::set<ValueId> integerValues_;
};

}  // namespace

ValueId preAddValue(const Graph& graph, const FusionGroup& group) {
    return graph.node(group.batchNorm.value_or(group.primary)).outputs.at(0);
}

Result<PreparedModel> prepare(Graph graph, const RuleSet& rules) {
    std::vector<std::string> names;
    for (const auto& node : graph.nodes()) {
        names.push_back(node.name);
    }
    QS_TRY(rules.checkLayers(names));
    PreparedModel model;
    model.groups = fuse(graph);
    model.graph = std::move(graph);
    for (const auto& group : model.groups) {
        model.qconfigs.push_back(resolveGroup(model.graph, group, rules));
    }
    Preparer(model).run();
    const bool quantizes = std::find(model.integer.begin(), model.integer.end(), true) != model.integer.end();
    if (const auto bad = parametersNotFinite(model.graph); quantizes && !bad.empty()) {
        return failure(bad.front().text +
                       ": a network that computes with it cannot be quantized; save the model again with "
                       "finite weights");
    }
    return model;
}

}  // namespace qs
