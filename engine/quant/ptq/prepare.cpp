#include <algorithm>
#include <set>

#include "ops/grid_rule.h"
#include "ops/op.h"
#include "ops/parameters.h"
#include "quant/output_channels.h"
#include "quant/ptq.h"
#include "quant/ptq/masks.h"

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

/// Whether integer kernels take activations on the grid: bytes, rounded to the nearest.
bool activationHasKernel(const TensorQConfig& config) {
    return infoOf(config.dtype).fitsByte() && config.dtype != DType::Binary;
}

/// Whether they take such weights: signed bytes without a zero point, one scale a tensor or output channel.
bool weightHasKernel(const TensorQConfig& config) {
    const DTypeInfo& type = infoOf(config.dtype);
    return type.fitsByte() && type.isSigned && config.scheme == Scheme::Symmetric &&
           config.zeroPoint.value_or(0) == 0 && config.granularity != Granularity::PerGroup;
}

const OpDef* entryOf(const Graph& graph, const FusionGroup& group) {
    return ops().find(graph.node(group.primary).op);
}

QuantKind kindOf(const Graph& graph, const FusionGroup& group) {
    const OpDef* def = entryOf(graph, group);
    return def ? def->quant : QuantKind::None;
}

class Planner {
  public:
    explicit Planner(PreparedModel& model) : model_(model) {}

    void run() {
        model_.computes.clear();
        model_.reads.clear();
        model_.observed.clear();
        model_.fixed.clear();
        model_.averages.clear();
        model_.masks = maskGroups(model_.graph, model_.groups);
        std::erase_if(model_.masks, [&](size_t i) { return isFromQuantizedFile(model_.groups[i]); });
        for (size_t i = 0; i < model_.groups.size(); ++i) {
            const FusionGroup& group = model_.groups[i];
            const Compute compute =
                model_.masks.contains(i) ? Compute::Float32 : computeOf(group, model_.qconfigs[i].qconfig);
            model_.computes.push_back(compute);
            model_.reads.emplace_back();
            if (model_.isStatic(i)) {
                readOnGrids(i);
                giveGrids(i);
            } else {
                for (const ValueId input : group.inputs) {
                    model_.reads[i].push_back({input});
                }
            }
        }
    }

  private:
    QuantKind kindOf(const FusionGroup& group) const { return qs::kindOf(model_.graph, group); }

    Compute computeOf(const FusionGroup& group, const QConfig& qconfig) const {
        const QuantKind kind = kindOf(group);
        if (qconfig.mode != Mode::Static) {
            return kind == QuantKind::Weighted && isReal(model_.graph, group) ? weightedCompute(qconfig.mode)
                                                                              : Compute::Float32;
        }
        if (!canComputeOnGrids(model_.graph, group, [&](ValueId value) { return made_.contains(value); })) {
            return Compute::Float32;
        }
        return hasKernel(group, kind, qconfig) ? Compute::Integer : Compute::Simulated;
    }

    bool isFromQuantizedFile(const FusionGroup& group) const {
        return model_.graph.value(group.outputs.at(0)).qparams.has_value();
    }

    bool hasKernel(const FusionGroup& group, QuantKind kind, const QConfig& qconfig) const {
        if (kind == QuantKind::PassThrough) {
            return std::ranges::none_of(group.inputs, [&](ValueId input) { return isSimulated(input); });
        }
        return activationHasKernel(qconfig.activation) &&
               (kind != QuantKind::Weighted ||
                weightHasKernel(weightConfig(model_.graph.node(group.primary), qconfig.weight)));
    }

    static Compute weightedCompute(Mode mode) {
        switch (mode) {
            case Mode::Float16:
                return Compute::Float16;
            case Mode::BFloat16:
                return Compute::BFloat16;
            case Mode::Dynamic:
                return Compute::Dynamic;
            case Mode::WeightOnly:
                return Compute::WeightOnly;
            default:
                return Compute::Float32;
        }
    }

    bool isSimulated(ValueId value) const {
        const auto found = made_.find(value);
        return found != made_.end() && !activationHasKernel(found->second.activation);
    }

    /// The qconfig that rules the value's own grid, or null.
    const QConfig* ruling(ValueId value) const {
        if (const auto made = made_.find(value); made != made_.end()) {
            return &made->second;
        }
        const auto observed = model_.observed.find({value});
        return observed == model_.observed.end() ? nullptr : &observed->second;
    }

    void readOnGrids(size_t index) {
        const FusionGroup& group = model_.groups[index];
        const QConfig& qconfig = model_.qconfigs[index].qconfig;
        const bool follows = kindOf(group) == QuantKind::PassThrough;
        for (const ValueId input : group.inputs) {
            GridId id{input};
            const QConfig* own = ruling(input);
            // What a quantized file holds on a grid stays on it.
            const bool isFree = !model_.graph.value(input).qparams;
            if (own && isFree && !follows && !own->activation.sameGrid(qconfig.activation)) {
                id.grid = gridText(qconfig.activation);
            }
            if (!own || !id.grid.empty()) {
                model_.observed.emplace(id, qconfig);
            }
            model_.reads[index].push_back(std::move(id));
        }
    }

    void giveGrids(size_t index) {
        const FusionGroup& group = model_.groups[index];
        const QConfig& qconfig = model_.qconfigs[index].qconfig;
        if (kindOf(group) == QuantKind::PassThrough) {
            const QConfig* input = ruling(group.inputs.at(0));
            for (const ValueId output : group.outputs) {
                made_.emplace(output, input ? *input : qconfig);
                if (entryOf(model_.graph, group)->averages) {
                    model_.averages.emplace(output, input ? *input : qconfig);
                }
            }
            return;
        }
        for (const ValueId output : group.outputs) {
            made_.emplace(output, qconfig);
        }
        model_.observed[{group.outputs.at(0)}] = qconfig;
        if (const auto& fixed = entryOf(model_.graph, group)->fixedOutput) {
            model_.fixed[group.outputs.at(0)] = *fixed;
        }
        if (group.add && qconfig.roundsBeforeAdd && model_.isInteger(index)) {
            model_.observed[{preAddValue(model_.graph, group)}] = qconfig;
        }
    }

    PreparedModel& model_;
    std::map<ValueId, QConfig> made_;  ///< what quantized groups make, and the qconfig that rules its grid
};

Status checkGroupSize(const PreparedModel& model, size_t index, const RuleSet& rules) {
    const FusionGroup& group = model.groups[index];
    const Compute compute = model.computes[index];
    const auto& [qconfig, rule] = model.qconfigs[index];
    // On integer kernels weights have no groups.
    if (!quantizesWeight(compute) || compute == Compute::Integer ||
        kindOf(model.graph, group) != QuantKind::Weighted) {
        return {};
    }
    const Node& primary = model.graph.node(group.primary);
    const int64_t size = weightConfig(primary, qconfig.weight).group;
    const at::Tensor& weight = model.graph.constant(primary.inputs.at(1));
    const int64_t row = weight.numel() / std::max<int64_t>(weight.size(0), 1);
    if (size > 0 && row % size != 0) {
        const std::string& key = rule < 0 ? primary.name : rules.rules()[static_cast<size_t>(rule)].key;
        return usageError(ruleText(static_cast<size_t>(std::max(rule, 0)), key) + "layer " + primary.name +
                              ": weight.group " + std::to_string(size) + " does not divide the " +
                              std::to_string(row) +
                              " weights of an output channel; choose another group for it, or channel",
                          rule < 0 ? ErrorData() : ErrorData{{"rule", int64_t{rule}}, {"key", key}});
    }
    return {};
}

}  // namespace

std::string gridText(const TensorQConfig& config) {
    return std::string(toString(config.dtype)) +
           (config.scheme == Scheme::Symmetric ? " symmetric " : " affine ") +
           std::to_string(config.quantMin) + ".." + std::to_string(config.quantMax) +
           (config.zeroPoint ? " z=" + std::to_string(*config.zeroPoint) : "");
}

bool quantizesWeight(Compute compute) {
    return compute == Compute::Integer || compute == Compute::Simulated || compute == Compute::Dynamic ||
           compute == Compute::WeightOnly;
}

ValueId preAddValue(const Graph& graph, const FusionGroup& group) {
    return graph.node(group.batchNorm.value_or(group.primary)).outputs.at(0);
}

void decide(PreparedModel& model) {
    Planner(model).run();
}

Result<PreparedModel> prepare(Network network, const RuleSet& rules) {
    std::vector<std::string> names;
    for (const auto& node : network.graph.nodes()) {
        names.push_back(node.name);
    }
    QS_TRY(rules.checkLayers(names));
    PreparedModel model;
    static_cast<Network&>(model) = std::move(network);
    for (const auto& group : model.groups) {
        model.qconfigs.push_back(resolveGroup(model.graph, group, rules));
    }
    decide(model);
    for (size_t i = 0; i < model.groups.size(); ++i) {
        QS_TRY(checkGroupSize(model, i, rules));
    }
    const bool quantizes = std::ranges::any_of(model.computes, quantizesWeight);
    if (const auto bad = parametersNotFinite(model.graph); quantizes && !bad.empty()) {
        return failure(bad.front().text +
                       ": a network that computes with it cannot be quantized; save the model again with "
                       "finite weights");
    }
    return model;
}

}  // namespace qs
